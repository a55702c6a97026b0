# The gettext catalogues of the pages, compiled where one is missing or older than its source.

prepare_messages() {
    local source
    while IFS= read -r source; do
        if [ ! "${source%.po}.mo" -nt "$source" ]; then
            say "画面の文言を準備します" "Compiling the interface texts"
            logged .venv/bin/pybabel compile --domain django --directory webmap/locale ||
                fail_logged "画面の文言を準備できませんでした" "The interface texts could not be compiled"
            return
        fi
    done < <(find webmap/locale -name '*.po')
}
