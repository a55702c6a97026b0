# Shared by the scripts that make a machine of their own. To be sourced.

make_base() { # FOLDER
    command -v debootstrap >/dev/null ||
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -y --no-install-recommends install debootstrap
    if [ ! -d "$1/bin" ]; then
        local mirror
        mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1)"
        debootstrap --variant=minbase bookworm "$1" ${mirror:+"$mirror"}
    fi
    borrow_network_settings "$1"
}

# The machine under test reaches packages the way this one does: same resolver, certificates and pip settings.
borrow_network_settings() { # FOLDER
    local file
    for file in /etc/resolv.conf /etc/hosts /etc/pip.conf; do
        [ ! -f "$file" ] || cp --dereference "$file" "$1$file"
    done
    # The folder too: installing ca-certificates in there writes the bundle anew.
    mkdir -p "$1/etc/ssl/certs" "$1/usr/local/share/ca-certificates"
    cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/" 2>/dev/null || true
    cp /usr/local/share/ca-certificates/*.crt "$1/usr/local/share/ca-certificates/" 2>/dev/null || true
}

# What a clone would hold, without asking that everything be committed.
copy_project() { # FROM TO
    git -C "$1" -c safe.directory="$1" ls-files -z --cached --others --exclude-standard |
        tar -C "$1" --null --ignore-failed-read -T - -cf - | tar -C "$2" -xf -
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
