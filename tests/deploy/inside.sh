# Runs inside the bare machine: inside.sh FOLDER USER PORT
set -euo pipefail
folder="$1" user="$2" port="$3"
export PORT="$port" DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
log=/var/tmp/run.log

if [ "$user" != root ]; then
    apt-get -q update >/dev/null
    apt-get -q -y --no-install-recommends install sudo >/dev/null
    useradd --create-home --shell /bin/bash "$user"
    echo "$user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/resident
    chown -R "$user:$user" "/home/$user"
fi

start() {
    : >"$log"
    chmod 666 "$log"
    began=$SECONDS
    if [ "$user" = root ]; then
        "$folder/run" >"$log" 2>&1 </dev/null &
    else
        setpriv --reuid="$user" --regid="$user" --init-groups --reset-env -- \
            env PORT="$PORT" NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS" "$folder/run" >"$log" 2>&1 </dev/null &
    fi
    run=$!
    while ! grep -q -x "Machizu is ready: http://127.0.0.1:$port" "$log"; do
        if ! kill -0 "$run" 2>/dev/null || [ $((SECONDS - began)) -gt 1200 ]; then
            cat "$log"
            echo "FAILED: no ready line as $user"
            exit 1
        fi
        sleep 0.2
    done
    echo "ready as $user after $((SECONDS - began)) s"
}

ask() { # PATH
    /usr/bin/python3 -c 'import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:
    print(sys.argv[1], answer.status, len(answer.read()), "bytes")' "http://127.0.0.1:$port$1"
}

stop() {
    kill -TERM "$run"
    wait "$run" || { cat "$log"; echo "FAILED: exit code $? after SIGTERM"; exit 1; }
    local left
    left="$(for status in /proc/[0-9]*/comm; do cat "$status"; done 2>/dev/null | grep -c -E 'python|postgres|node|uvicorn' || true)"
    [ "$left" -eq 0 ] || { echo "FAILED: $left processes left"; exit 1; }
    echo "stopped, nothing left"
}

start
cat "$log"
ask /api/health/ready
ask /
ask /api/collections
stop
[ ! -d /var/lib/postgresql/15/main ] || { echo "FAILED: a second cluster was made"; exit 1; }

start
! grep -q -e Installing "$log" || { echo "FAILED: the second start installed something"; exit 1; }
ask /api/collections
stop
