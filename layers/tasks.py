"""Background work of the store, run by the worker from the PostgreSQL queue."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app
from psycopg import sql

from layers import tables
from layers.services import approval, exposure, indexing, rasters, repeats, tiling, ways


@app.task(name="layers.refresh_statistics", queue="store")
def refresh_statistics(layer_id: str) -> None:
    """Clear a merged layer's dead rows and refresh the planner's statistics, sooner than autovacuum would."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("VACUUM (ANALYZE) {}").format(tables.table(layer_id)))
    tiling.renew_plans()


@app.periodic(cron="* * * * *")
@app.task(name="layers.plan_tiles", queue="store", queueing_lock="plan_tiles")
def plan_tiles(timestamp: int) -> None:
    """Make the plans of tiles that edits have left behind, each minute."""
    tiling.renew_plans()


@app.periodic(cron="* * * * *")
@app.task(name="layers.index_layers", queue="store", queueing_lock="index_layers")
def index_layers(timestamp: int) -> None:
    """Index the layers whose first rows came by hand, each minute."""
    indexing.index_layers()


@app.periodic(cron="* * * * *")
@app.task(name="layers.publish_due_loads", queue="store", queueing_lock="publish_due_loads")
def publish_due_loads(timestamp: int) -> None:
    """Publish the scheduled loads whose moment has come, each minute."""
    approval.publish_due_loads()


@app.periodic(cron="* * * * *")
@app.task(name="layers.renew_exposure", queue="store", queueing_lock="renew_exposure")
def renew_exposure(timestamp: int) -> None:
    """Count anew what lies in hazard areas where a hazard or a counted layer has changed, each minute."""
    exposure.renew()


@app.periodic(cron="* * * * *")
@app.task(name="layers.renew_ways", queue="store", queueing_lock="renew_ways")
def renew_ways(timestamp: int) -> None:
    """Make the network of walking ways anew where the roads have changed, each minute."""
    ways.renew()


@app.periodic(cron="17 3 * * *")
@app.task(name="layers.clear_sessions", queue="store")
def clear_sessions(timestamp: int) -> None:
    """Drop expired sessions once a night."""
    call_command("clearsessions")


@app.periodic(cron="41 3 * * *")
@app.task(name="layers.prune_rasters", queue="store")
def prune_rasters(timestamp: int) -> None:
    """Remove the rasters' files that are past their term, once a night."""
    rasters.prune_rasters()


@app.periodic(cron="23 * * * *")
@app.task(name="layers.forget_repeats", queue="store")
def forget_repeats(timestamp: int) -> None:
    """Drop the answers that no client asks for again, each hour."""
    repeats.forget()
