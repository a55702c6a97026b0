# What can be known to be wrong before anything is installed.

FIRST_INSTALL_MIB=2048
DATA_MIB=300

check_home() {
    local mode=700
    # As root the database server runs as another user, which must be able to pass through.
    [ "$(id -u)" -ne 0 ] || mode=711
    if [ ! -d "$MACHIZU_HOME" ]; then
        mkdir -p "$MACHIZU_HOME" 2>/dev/null && chmod "$mode" "$MACHIZU_HOME" || refuse_folder "$MACHIZU_HOME"
    fi
    mkdir -p "$MACHIZU_HOME/log" 2>/dev/null && touch "$MACHIZU_HOME/log/setup.log" 2>/dev/null ||
        refuse_folder "$MACHIZU_HOME"
    chmod "$mode" "$MACHIZU_HOME/log"
    SETUP_LOG="$MACHIZU_HOME/log/setup.log"
    : >"$SETUP_LOG"
}

refuse_folder() { # FOLDER
    fail "フォルダ $1 に書き込めません。前回と同じ利用者で実行するか、MACHIZU_HOME に別のフォルダを指定してください。" \
        "The folder $1 cannot be written to. Run as the same user as before, or set MACHIZU_HOME to another folder."
}

check_project_writable() {
    [ -w . ] || fail "フォルダ $PWD に書き込めません。その所有者で実行するか、自分のフォルダに複製してください。" \
        "The folder $PWD cannot be written to. Run as its owner, or clone the project into a folder of yours."
}

check_port() {
    local host="${HOST:-127.0.0.1}" port="${PORT:-8000}"
    case "$port" in
        '' | *[!0-9]*) fail "PORT には 1 から 65535 の番号を指定してください($port)。" \
            "PORT must be a number from 1 to 65535 ($port)." ;;
    esac
    case "$host" in 0.0.0.0 | ::) host=127.0.0.1 ;; esac
    if (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; then
        fail "ポート $port は使用中です。使っているもの(別の Machizu など)を止めるか、「PORT=$((port + 1)) ./run」で実行してください。" \
            "Port $port is in use. Stop what uses it (another Machizu?), or run \`PORT=$((port + 1)) ./run\`."
    fi
}

check_space() { # FOLDER MIB
    local free
    free="$(df -Pm "$1" | awk 'NR == 2 {print $4}')"
    [ "$free" -ge "$2" ] ||
        fail "$1 の空きが足りません(空き ${free} MB、必要 $2 MB)。空きを作ってから実行してください。" \
            "Not enough free space in $1 (${free} MB free, $2 MB needed). Free some, then run this again."
}
