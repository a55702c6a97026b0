#!/bin/sh
# Entry point of the image `web`: web | worker | healthy | any command of `machizu`.
set -eu

python=/app/.venv/bin/python

if [ "${1:-web}" = healthy ]; then
    # Asks as the server's own machine would, and needs no curl in the image.
    exec "$python" -c 'from machizu.supervision.checks import is_ready
raise SystemExit(not is_ready("127.0.0.1", 8000))'
fi

if [ -z "${DATABASE_URL:-}" ]; then
    DATABASE_URL="$(cat "$MACHIZU_DATABASE_URL_FILE")"
    export DATABASE_URL
fi

case "${1:-web}" in
    web)
        "$python" -m machizu migrate
        [ "${MACHIZU_SAMPLES:-1}" = 0 ] || "$python" -m machizu samples
        exec "$python" -m uvicorn machizu.asgi:application --host 0.0.0.0 --port 8000 \
            --no-access-log --log-level warning --timeout-graceful-shutdown 5 --workers "${MACHIZU_WORKERS:-1}"
        ;;
    *)
        exec "$python" -m machizu "$@"
        ;;
esac
