#!/usr/bin/env bash
# Builds the images and runs the compose file on a machine with no Docker engine: podman and buildah with
# chroot isolation, over a base image made by debootstrap. Usage (root): verify_compose.sh WORKING_FOLDER
set -euo pipefail

here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
project="$(readlink -f "$here/../..")"
work="$(readlink -m "$1")"
# shellcheck source=tests/deploy/base.sh
. "$here/base.sh"

export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
export CONTAINERS_STORAGE_CONF="$work/storage.conf" CONTAINERS_CONF="$work/containers.conf"
network=machizu-verify
port="$(free_port)"

install_tools() {
    command -v podman >/dev/null && command -v buildah >/dev/null && command -v runc >/dev/null && return
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -y --no-install-recommends install \
        podman buildah runc netavark aardvark-dns iptables
}

configure() {
    mkdir -p "$work"
    cat >"$CONTAINERS_STORAGE_CONF" <<STORAGE
[storage]
driver = "vfs"
runroot = "$work/run"
graphroot = "$work/graph"
STORAGE
    # runc, because crun refuses hybrid cgroups; limits at or below what a restricted root may set.
    cat >"$CONTAINERS_CONF" <<CONTAINERS
[containers]
default_ulimits = ["nofile=1024:20000", "nproc=4096:8192"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
CONTAINERS
}

import_base() {
    make_base "$work/base"
    # This machine's certificate, for pip and npm, in the stand-in base only: the Dockerfile stays clean.
    [ ! -f /etc/ssl/certs/ca-certificates.crt ] ||
        printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$work/base/etc/pip.conf"

    tar -C "$work/base" --exclude='./proc/*' --exclude='./sys/*' -c . |
        podman import --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - docker.io/library/debian:bookworm-slim >/dev/null
}

build() {
    rm -rf "$work/context"
    mkdir -p "$work/context"
    copy_project "$project" "$work/context"
    local target
    for target in db web; do
        buildah bud --isolation chroot --pull-never --format docker -q --target "$target" \
            -t "machizu-$target" "$work/context"
    done
}

# The compose file's services as it describes them; health checks are run by hand, for podman leaves them to systemd.
run_service() { # NAME PODMAN_OPTION...
    local name="$1" line
    shift
    line="$(service_arguments "$name")"
    eval "podman run -d --no-healthcheck --name machizu-verify-$name --network $network --network-alias $name $* $line" >/dev/null
}

service_arguments() { # NAME
    "$project/.venv/bin/python" - "$project/docker-compose.yml" "$1" <<'PYTHON'
import shlex
import sys

import yaml

service = yaml.safe_load(open(sys.argv[1]))["services"][sys.argv[2]]
words = []
for volume in service["volumes"]:
    words += ["-v", f"machizu-verify-{volume}"]
for capability in service.get("cap_drop", []):
    words += ["--cap-drop", capability]
for option in service.get("security_opt", []):
    words += ["--security-opt", option.replace(":true", "")]
sys.stdout.write(shlex.join([*words, f"localhost/{service['image']}", *service.get("command", [])]))
PYTHON
}

wait_for() { # SECONDS COMMAND...
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -gt "$until" ]; then
            podman ps -a
            for name in db web worker; do podman logs "machizu-verify-$name" 2>&1 | tail -n 20; done
            echo "FAILED: $*"
            exit 1
        fi
        sleep 1
    done
}

remove_all() {
    podman rm -f -t 5 machizu-verify-worker machizu-verify-web machizu-verify-db >/dev/null 2>&1 || true
    podman volume rm -f machizu-verify-database machizu-verify-home machizu-verify-secret >/dev/null 2>&1 || true
    podman network rm -f "$network" >/dev/null 2>&1 || true
}

# Each image layer is a full copy here: some gigabytes that nobody needs afterwards.
clean_up() {
    remove_all
    rm -rf "$work/graph" "$work/run" "$work/context"
}

install_tools
configure
trap clean_up EXIT
import_base
build
remove_all
podman network create "$network" >/dev/null

run_service db --shm-size 256m
wait_for 120 podman exec machizu-verify-db pg_isready -q -h 127.0.0.1 -U machizu -d machizu
echo "database healthy"
run_service web -p "127.0.0.1:$port:8000"
wait_for 300 podman exec machizu-verify-web /app/setup/docker/web.sh healthy
echo "web healthy"
run_service worker
curl -sSf "http://127.0.0.1:$port/api/collections" >/dev/null
[ "$(podman exec machizu-verify-web id -u)" = 10001 ] || { echo "FAILED: web runs as root"; exit 1; }

# What was stored survives new containers over the same volumes.
podman restart -t 10 machizu-verify-db >/dev/null
wait_for 120 podman exec machizu-verify-web /app/setup/docker/web.sh healthy
[ "$(podman inspect -f '{{.State.Running}}' machizu-verify-worker)" = true ] || { echo "FAILED: the worker ended"; exit 1; }
echo "healthy again after a restart of the database"
