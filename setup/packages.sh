# The system packages of Debian and Ubuntu, and whether each is needed here. The Dockerfile installs the same.

PYTHON_PACKAGES=(python3 python3-venv)
FRONTEND_PACKAGES=(nodejs npm)
BROWSER_PACKAGES=(chromium fonts-noto-cjk)
postgis_package() { # MAJOR
    echo "postgresql-$1-postgis-3"
}
# Ways on foot need it; without it distances are straight.
pgrouting_package() { # MAJOR
    echo "postgresql-$1-pgrouting"
}

has_python() {
    /usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null
}

has_postgis() {
    local control major
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        major="$(basename "$(dirname "$(dirname "$control")")")"
        [ ! -x "/usr/lib/postgresql/$major/bin/initdb" ] || return 0
    done
    return 1
}

has_pgrouting() {
    compgen -G '/usr/share/postgresql/*/extension/pgrouting.control' >/dev/null
}

has_npm() {
    command -v npm >/dev/null && command -v node >/dev/null
}

has_browser() {
    [ -n "${MACHIZU_CHROMIUM:-}" ] || command -v chromium >/dev/null
}

has_fonts() {
    compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || compgen -G '/usr/share/fonts/*/*/NotoSansCJK*' >/dev/null
}

# The PostgreSQL to add PostGIS to: the one that is installed, else the distribution's.
postgis_to_install() {
    local server major
    for server in $(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -rV); do
        major="$(basename "$(dirname "$(dirname "$server")")")"
        if apt-cache show "$(postgis_package "$major")" >/dev/null 2>&1; then
            postgis_package "$major"
            return
        fi
    done
    major="$(apt-cache show postgresql 2>/dev/null | sed -n 's/^Version: \([0-9]*\).*/\1/p' | head -n 1)"
    postgis_package "${major:-15}"
}

# pgRouting for the PostgreSQL that PostGIS is or will be installed for, if the distribution has it.
pgrouting_to_install() {
    local name
    name="$(postgis_to_install)"
    name="$(pgrouting_package "$(echo "$name" | cut -d- -f2)")"
    ! apt-cache show "$name" >/dev/null 2>&1 || echo "$name"
}
