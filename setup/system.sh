# Installs what is missing from the system, and touches apt only then.

# A new PostgreSQL would make and start a cluster of its own; Machizu brings its own, so there need be no second.
NO_MAIN_CLUSTER=/etc/postgresql-common/createcluster.d/machizu-setup.conf

as_root() { # COMMAND...
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

check_rights() { # PACKAGES...
    [ "$(id -u)" -ne 0 ] || return 0
    if ! command -v sudo >/dev/null || ! as_root true; then
        fail "管理者の権限(sudo)がないため導入できません。管理者に「apt-get install $*」を頼んでから、もう一度実行してください。" \
            "No right to install packages (sudo). Ask an administrator for \`apt-get install $*\`, then run this again."
    fi
}

# The names of what is missing, one a line; postgis and pgrouting stand for packages named only after apt-get update.
missing_packages() { # python|postgis|pgrouting|frontend|browser...
    local need
    for need in "$@"; do
        case "$need" in
            python) has_python || printf '%s\n' "${PYTHON_PACKAGES[@]}" ;;
            postgis) [ -n "${DATABASE_URL:-}" ] || has_postgis || printf '%s\n' postgis pgrouting ;;
            pgrouting) [ -n "${DATABASE_URL:-}" ] || has_pgrouting || echo pgrouting ;;
            frontend) frontend_is_current || has_npm || printf '%s\n' "${FRONTEND_PACKAGES[@]}" ;;
            browser) has_browser && has_fonts || printf '%s\n' "${BROWSER_PACKAGES[@]}" ;;
        esac
    done
}

install_system() { # python|postgis|pgrouting|frontend|browser...
    local missing
    mapfile -t missing < <(missing_packages "$@")
    if [ "${#missing[@]}" -gt 0 ]; then
        install_packages "${missing[@]}"
    fi
    /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 以上が必要です。Debian 12 または Ubuntu 24.04 以降で実行してください。" \
            "Python 3.11 or newer is needed. Use Debian 12, Ubuntu 24.04 or later."
}

install_packages() { # PACKAGES...
    command -v apt-get >/dev/null ||
        fail "apt がない環境では、次のものを先に導入してください: $*" "Without apt, install these first: $*"
    check_rights "$@"
    check_space /usr "$FIRST_INSTALL_MIB"
    say "必要なソフトウェアを導入します: $*(数分かかります)" "Installing $* (takes some minutes)"
    logged as_root apt-get -o DPkg::Lock::Timeout=300 update || true
    local names=() name
    for name in "$@"; do
        case "$name" in
            postgis) name="$(postgis_to_install)" ;;
            pgrouting) name="$(pgrouting_to_install)" ;;
        esac
        [ -z "$name" ] || names+=("$name")
    done
    without_main_cluster apt_install "${names[@]}" ||
        fail_logged "導入できませんでした。ネットワークと apt の設定を確認し、もう一度実行してください" \
            "The packages could not be installed. Check the network and apt's sources, then run this again"
}

apt_install() { # PACKAGES...
    logged as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=300 -y --no-install-recommends install "$@"
}

without_main_cluster() { # COMMAND...
    if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
        "$@"
        return
    fi
    as_root mkdir -p "$(dirname "$NO_MAIN_CLUSTER")"
    echo 'create_main_cluster = false' | as_root tee "$NO_MAIN_CLUSTER" >/dev/null
    local code=0
    "$@" || code=$?
    as_root rm -f "$NO_MAIN_CLUSTER"
    return "$code"
}
