#!/usr/bin/env bash
# Makes bare Debian 12 machines and runs ./run on them: as root, and as a new ordinary user with sudo.
# Usage (root): bare_machine.sh WORKING_FOLDER [root|user]...
set -euo pipefail

here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
project="$(readlink -f "$here/../..")"
work="$(readlink -m "$1")"
shift
[ "$#" -gt 0 ] || set -- root user
# shellcheck source=tests/deploy/base.sh
. "$here/base.sh"

new_machine() { # NAME FOLDER_OF_THE_PROJECT
    rm -rf "${work:?}/$1"
    cp -a "$work/base" "$work/$1"
    mkdir -p "$work/$1$2"
    copy_project "$project" "$work/$1$2"
    cp "$here/inside.sh" "$work/$1/inside.sh"
}

# A process namespace of its own: whatever is left over is seen, and ends with it.
inside() { # NAME FOLDER USER
    unshare --mount --pid --fork --kill-child -- bash -euc '
        root="$1"
        mount --make-rprivate /
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        shift
        exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            chroot "$root" /bin/bash /inside.sh "$@"
    ' bash "$work/$1" "$2" "$3" "$(free_port)"
}

make_base "$work/base"
for name in "$@"; do
    echo "== $name"
    case "$name" in
        # /root is closed to other users: the database must find a place outside.
        root) new_machine root /root/machizu && inside root /root/machizu root ;;
        user) new_machine user /home/resident/machizu && inside user /home/resident/machizu resident ;;
    esac
    rm -rf "${work:?}/$name"
done
