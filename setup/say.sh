# Talking to the person at the terminal: one line a step, one line an error with its remedy.

say() { # JAPANESE ENGLISH
    printf '▸ %s / %s\n' "$1" "$2"
}

fail() { # JAPANESE ENGLISH
    printf '✗ %s\n  %s\n' "$1" "$2" >&2
    exit 1
}

# Runs a noisy command with its output in the log; a person is shown where the log is when it fails.
logged() { # COMMAND...
    printf '\n$ %s\n' "$*" >>"$SETUP_LOG"
    "$@" >>"$SETUP_LOG" 2>&1 </dev/null
}

# Why the last logged command failed, as far as the set-up can tell: a full disk looks like nothing else.
fail_logged() { # JAPANESE ENGLISH
    if tail -n 60 "$SETUP_LOG" | grep -q -i -e 'no space left' -e 'disk quota exceeded'; then
        fail "ディスクがいっぱいです。空きを作ってから、もう一度実行してください(記録: $SETUP_LOG)。" \
            "The disk is full. Free some space, then run this again (log: $SETUP_LOG)."
    fi
    tail -n 5 "$SETUP_LOG" >&2
    fail "$1(記録: $SETUP_LOG)" "$2 (log: $SETUP_LOG)"
}
