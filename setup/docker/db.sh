#!/bin/bash
# Entry point of the image `db`: makes the cluster and the password once, then runs PostgreSQL as `postgres`.
set -euo pipefail

volume=/var/lib/postgresql/data
data=$volume/cluster
secret=/run/machizu/database-url
application_uid=10001

as_root() {
    mkdir -p "$volume" "$(dirname "$secret")"
    chown postgres:postgres "$volume"
    chmod 0700 "$volume"
    if [ ! -s "$secret" ]; then
        local password="${MACHIZU_DB_PASSWORD:-$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')}"
        case "$password" in
            *[!A-Za-z0-9._~-]*)
                echo "MACHIZU_DB_PASSWORD: 英数字と . _ ~ - だけを使ってください / use only letters, digits and . _ ~ -" >&2
                exit 1
                ;;
        esac
        (umask 077 && echo "postgresql://machizu:$password@db:5432/machizu" >"$secret.new")
        chown "$application_uid" "$secret.new"
        mv "$secret.new" "$secret"
    fi
    MACHIZU_DB_PASSWORD="$(sed 's|.*//machizu:\(.*\)@.*|\1|' "$secret")"
    export MACHIZU_DB_PASSWORD
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0"
}

make_cluster() {
    # Made under another name and renamed when whole, so a killed container leaves no half cluster.
    rm -rf "$data.new"
    initdb -D "$data.new" -U postgres --auth-local=peer --auth-host=scram-sha-256 \
        -E UTF8 --locale=C.UTF-8 --data-checksums --no-instructions
    echo 'host all all all scram-sha-256' >>"$data.new/pg_hba.conf"
    mv "$data.new" "$data"
}

prepare_database() {
    # Without TCP, so that nobody sees the database before it is ready.
    pg_ctl -D "$data" -w -t 120 -o "-c listen_addresses=''" start
    psql -X -q -U postgres -d postgres -f "$(dirname "$0")/db.sql"
    pg_ctl -D "$data" -m fast -w stop
}

[ "$(id -u)" -ne 0 ] || as_root
[ -d "$data" ] || make_cluster
prepare_database
unset MACHIZU_DB_PASSWORD
exec postgres -D "$data" -c listen_addresses='*' -c max_connections=100 -c shared_buffers=512MB \
    -c work_mem=16MB -c maintenance_work_mem=128MB -c max_wal_size=2GB -c wal_compression=on \
    -c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1 -c timezone=UTC \
    -c log_parameter_max_length=0
