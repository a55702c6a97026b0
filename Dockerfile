# Two images on Debian 12: `web` (the server and the worker) and `db` (PostgreSQL with PostGIS).

FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
COPY setup ./setup
COPY requirements.lock package.json package-lock.json .npmrc ./
RUN SETUP_LOG=/tmp/setup.log; . setup/all.sh; prepare_python requirements.lock; prepare_frontend

FROM debian:bookworm-slim AS web
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/machizu machizu \
    && install -d -o machizu -g machizu -m 0700 /var/lib/machizu
WORKDIR /app
COPY --from=build /app/.venv ./.venv
COPY setup/docker/web.sh ./setup/docker/web.sh
COPY gis_core ./gis_core
COPY layers ./layers
COPY etl ./etl
COPY api ./api
COPY webmap ./webmap
COPY data_samples ./data_samples
COPY machizu ./machizu
COPY --from=build /app/webmap/static/webmap/vendor ./webmap/static/webmap/vendor
RUN .venv/bin/pybabel -q compile --domain django --directory webmap/locale \
    && .venv/bin/python -m compileall -q gis_core layers etl api webmap data_samples machizu
ENV MACHIZU_HOME=/var/lib/machizu MACHIZU_DATABASE_URL_FILE=/run/machizu/database-url
USER machizu
EXPOSE 8000
ENTRYPOINT ["/app/setup/docker/web.sh"]
CMD ["web"]

FROM debian:bookworm-slim AS db
# Debian would make a cluster of its own at installation; the entry point makes ours in the volume.
RUN mkdir -p /etc/postgresql-common/createcluster.d \
    && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/machizu.conf \
    && apt-get update \
    && apt-get install -y --no-install-recommends postgresql-15-postgis-3 postgresql-15-pgrouting \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/usr/lib/postgresql/15/bin:$PATH
COPY setup/docker/db.sh setup/docker/db.sql /usr/local/lib/machizu/
VOLUME ["/var/lib/postgresql/data"]
EXPOSE 5432
# SIGINT is PostgreSQL's fast stop; SIGTERM would wait for every client to leave.
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/lib/machizu/db.sh"]
