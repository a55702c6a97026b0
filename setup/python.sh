# The Python environment in .venv, from the hashed lock files. A stamp makes the next start do nothing.

prepare_python() { # LOCK
    local lock="$1" stamp=".venv/.machizu-$1"
    if [ "$(cat "$stamp" 2>/dev/null)" != "$(python_stamp "$lock")" ]; then
        check_project_writable
        check_space . "$FIRST_INSTALL_MIB"
        say "Python の部品を導入します" "Installing the Python packages ($lock)"
        make_environment
        install_lock "$lock"
        link_project
        python_stamp "$lock" >"$stamp"
    fi
}

python_stamp() { # LOCK
    { cat "$1" setup/python.sh && echo "$PWD" && /usr/bin/python3 --version; } | sha256sum | cut -c1-64
}

make_environment() {
    # Scripts of an environment name its folder, so a moved project needs a new one.
    if .venv/bin/python -c 'import pip' 2>/dev/null && grep -q -F "$PWD/.venv" .venv/bin/activate; then
        return
    fi
    logged /usr/bin/python3 -m venv --clear .venv ||
        fail_logged ".venv を作成できませんでした" "The environment .venv could not be made"
}

install_lock() { # LOCK
    if logged .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r setup/uv.txt; then
        take_over_pip_settings
        ! logged .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r "$1" || return 0
    fi
    # pip is slower, but it knows settings and proxies that uv does not.
    logged .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r "$1" ||
        fail_logged "Python の部品を取得できませんでした。ネットワークを確認し、もう一度実行してください" \
            "The Python packages could not be fetched. Check the network, then run this again"
}

# uv reads no pip.conf: where a machine is set up for pip alone, its mirror and its certificate serve uv too.
take_over_pip_settings() {
    local mirror certificate
    mirror="${PIP_INDEX_URL:-$(pip_setting index-url)}"
    certificate="${PIP_CERT:-$(pip_setting cert)}"
    [ -z "$mirror" ] || export UV_INDEX_URL="${UV_INDEX_URL:-$mirror}"
    [ -z "$certificate" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificate}"
    # Compiled here, once: where Python may write no bytecode, every start would cost seconds more.
    export UV_COMPILE_BYTECODE=1
    export UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT="${PIP_DEFAULT_TIMEOUT:-120}"
}

pip_setting() { # NAME
    .venv/bin/python -m pip config list 2>/dev/null | sed -n "s/^global\.$1='\(.*\)'\$/\1/p" | head -n 1
}

# The project is used where it stands. A path file and a script do that without a build, so without a network.
link_project() {
    local packages
    packages="$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
    echo "$PWD" >"$packages/machizu.pth"
    # Through sh, because the path of an interpreter line may hold no space.
    cat >.venv/bin/machizu <<SCRIPT
#!/bin/sh
exec "$PWD/.venv/bin/python" -m machizu "\$@"
SCRIPT
    chmod +x .venv/bin/machizu
}
