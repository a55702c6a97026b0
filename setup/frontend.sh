# The front-end packages: fetched by npm, copied into the static files, so that no page needs another host.

VENDOR=webmap/static/webmap/vendor

frontend_stamp() {
    cat package-lock.json setup/vendor.mjs | sha256sum | cut -c1-64
}

frontend_is_current() {
    [ "$(cat "$VENDOR/.stamp" 2>/dev/null)" = "$(frontend_stamp)" ]
}

test_frontend_is_current() {
    [ "$(cat node_modules/.machizu-stamp 2>/dev/null)" = "$(frontend_stamp)" ]
}

prepare_frontend() {
    frontend_is_current || fetch_frontend --omit=dev
}

prepare_test_frontend() {
    if ! frontend_is_current || ! test_frontend_is_current; then
        fetch_frontend --include=dev
        frontend_stamp >node_modules/.machizu-stamp
    fi
}

fetch_frontend() { # NPM_OPTION
    check_project_writable
    say "画面の部品を導入します" "Installing the front-end packages"
    logged npm ci --ignore-scripts --loglevel=error "$1" ||
        fail_logged "画面の部品を取得できませんでした。ネットワークを確認し、もう一度実行してください" \
            "The front-end packages could not be fetched. Check the network, then run this again"
    logged node setup/vendor.mjs "$VENDOR" ||
        fail_logged "画面の部品を置けませんでした" "The front-end packages could not be put in place"
    frontend_stamp >"$VENDOR/.stamp"
}
