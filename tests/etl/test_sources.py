"""Remembered sources: their files, what is written of a load, their runs and schedules, in a real PostGIS."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.sources.home import Home
from etl.sources.reader import (
    SHIPPED,
    faults,
    forget_source,
    parse_source,
    read_source,
    source_named,
    sources,
    write_source,
)
from etl.sources.source import options_of
from etl.table import Options
from gis_core.city import City
from gis_core.errors import BadInput, NotFound, Unavailable
from tests.conftest import Store
from tests.etl.conftest import Write

RAW: dict[str, Any] = {
    "id": "aed_list", "layer": "aed", "department": "fire", "title": {"ja": "AED一覧"}, "file": "aed_*.csv",
    "encoding": "cp932", "columns": {"設置者": "operator", "謎": None}, "headers": ["設置者", "謎"],
}  # fmt: skip
ROWS = "名称,れんらく,緯度,経度\n" + "".join(f"施設{n},0287-23-110{n},36.87{n},140.01{n}\n" for n in range(6))


@pytest.fixture
def home(tmp_path: Path, city: City) -> Home:
    return Home(tmp_path / "home", replace(city, private_hosts=("127.0.0.1",)))


class Site(BaseHTTPRequestHandler):
    """A publisher's server: `body`, `etag` and `status` may be changed by a test."""

    body, etag, status = b"", "", 200
    asked: list[str | None] = []

    def do_GET(self) -> None:
        Site.asked.append(self.headers["If-None-Match"])
        same = bool(Site.etag) and self.headers["If-None-Match"] == Site.etag
        self.send_response(304 if same else Site.status)
        if Site.etag:
            self.send_header("ETag", Site.etag)
        self.send_header("Content-Length", "0" if same else str(len(Site.body)))
        self.end_headers()
        self.wfile.write(b"" if same else Site.body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Site.body, Site.etag, Site.status, Site.asked = ROWS.encode(), '"1"', 200, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/list.csv"
    server.shutdown()
    server.server_close()


def remembered(home: Home, url: str, **more: Any) -> str:
    raw = {
        "id": "places",
        "layer": "facilities",
        "department": "general_affairs",
        "title": {"ja": "施設"},
        "url": url,
    }
    write_source({**raw, **more}, home.sources)
    return "places"


def run(home: Home, **more: Any) -> Any:
    from etl.sources.runs import run_url

    return run_url(source_named("places", home.sources), home, trigger="schedule", **more)


def test_a_source_says_how_its_files_are_read() -> None:
    source = parse_source(RAW, "aed_list.yaml")
    assert (source.layer, source.mode, source.geocode) == ("aed", "stage", True)
    assert options_of(source) == Options(
        encoding="cp932", headers=("設置者", "謎"), columns=(("設置者", "operator"), ("謎", None))
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"layer": None}, "layer"),
        ({"colums": {}}, "colums"),
        ({"url": "ftp://example.jp/a"}, "url"),
        ({"url": "https://example.jp/a"}, "file"),
        ({"schedule": "0 6 * * *"}, "url"),
        ({"folder": "../../etc"}, "folder"),
        ({"file": "../x.csv"}, "file"),
        ({"id": "other"}, "other.yaml"),
        ({"columns": {"a": 1}}, "columns.a"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_by_key(change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told) as refused:
        parse_source({**RAW, **change}, "aed_list.yaml")
    assert "aed_list.yaml" in refused.value.message.ja


@pytest.mark.parametrize("schedule", ["daily", "61 0 * * *", "* * * * * *", "@daily"])
def test_a_schedule_is_a_cron_expression(schedule: str) -> None:
    raw = {key: value for key, value in RAW.items() if key != "file"}
    with pytest.raises(BadInput, match="30 6"):
        parse_source({**raw, "url": "https://example.jp/a", "schedule": schedule}, "aed_list.yaml")


def test_the_line_of_a_fault_is_told(tmp_path: Path) -> None:
    path = tmp_path / "aed_list.yaml"
    path.write_text("id: aed_list\nlayer: aed\ndepartment: Fire!\ntitle: {ja: 一覧}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="3 行目 department"):
        read_source(path)


def test_one_wrong_file_does_not_hide_the_others(tmp_path: Path) -> None:
    write_source(RAW, tmp_path)
    (tmp_path / "broken.yaml").write_text("id: [", encoding="utf-8")
    assert "aed_list" in sources(tmp_path) and "broken" not in sources(tmp_path)
    assert [("broken.yaml" in fault.message.ja) for fault in faults(tmp_path)] == [True]


def test_a_citys_file_takes_the_place_of_the_products(tmp_path: Path) -> None:
    write_source({**RAW, "id": "kobe_aed"}, tmp_path)
    assert source_named("kobe_aed", tmp_path).title["ja"] == "AED一覧"
    forget_source("kobe_aed", tmp_path)
    assert source_named("kobe_aed", tmp_path).shipped
    with pytest.raises(BadInput, match="付属"):
        forget_source("kobe_aed", tmp_path)
    with pytest.raises(NotFound):
        forget_source("../kobe_aed", tmp_path)


def test_the_products_own_sources_are_right(django_ready: str) -> None:
    from layers.standard import standard_definitions

    known = {definition.id: definition for definition in standard_definitions()}
    for path in SHIPPED.glob("*.yaml"):
        source = read_source(path)
        fields = {field.name for field in known[source.layer].fields} | {"geom", None}
        assert {field for _, field in source.columns} <= fields


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("kobe_aed", "municipal/kobe/aed_list.csv"),
        ("echizen_refuges", "municipal/echizen_gisoer/text/carto/refuge.csv"),
        ("medical_register", "otawara/medical/all_med_inst_cd_tochigi-kita.csv"),
        ("yaizu_river_cameras", "municipal/yaizu/河川・海岸_監視カメラ/CameraInfo.geojson"),
        ("gsi_evacuation_sites", "otawara/shelters_gsi/emergency/092100.json"),
        ("gsi_evacuation_shelters", "otawara/shelters_gsi/evacuation/092100.json"),
    ],
)
def test_the_products_own_sources_read_their_real_files(
    store: Store, shared: Path, city: City, source: str, file: str
) -> None:
    from etl import reading
    from etl.mapping import map_columns
    from layers import selectors

    known = read_source(SHIPPED / f"{source}.yaml")
    definition = selectors.layer_definition(known.layer)
    first = next(reading.tables(shared / "data" / file, definition, options_of(known)))
    columns = [str(name) for name in first.cells.columns]
    mapping = map_columns(
        columns,
        definition,
        sample=first.cells,
        corrections=known.columns,
        has_geometry=first.geometry is not None,
    )
    assert mapping.guessed == ()
    assert {"name", "address"} & set(mapping.fields) and "identifier" in mapping.fields
    placed = first.geometry is not None or mapping.position is not None
    assert placed or source == "medical_register"


def test_what_a_file_took_is_remembered(store: Store, home: Home, write: Write) -> None:
    from etl.sources.remembering import remember

    path = write(ROWS.replace("名称", "呼び名"), name="施設一覧_20261101.csv")
    done = remember(
        path, "facilities", source_id="places", home=home, options=Options(columns=(("呼び名", "name"),))
    )
    written = yaml.safe_load(done.path.read_text(encoding="utf-8"))
    assert written["file"] == "施設一覧_*.csv"
    assert written["department"] == "general_affairs"
    assert written["columns"] == {"呼び名": "name"}
    assert source_named("places", home.sources).columns == (("呼び名", "name"),)


def test_what_was_guessed_is_remembered_and_then_no_guess(
    store: Store, home: Home, write: Write, city: City
) -> None:
    from etl.mapping import map_columns
    from etl.sources.remembering import remember
    from layers import selectors

    path = write(ROWS)
    done = remember(
        path, "aed", source_id="aed_list", home=home, options=Options(), url="https://example.jp/a.csv"
    )
    assert (done.raw["columns"], done.raw["url"]) == ({"れんらく": "phone"}, "https://example.jp/a.csv")
    known = source_named("aed_list", home.sources)
    columns = ["名称", "れんらく", "緯度", "経度"]
    mapping = map_columns(columns, selectors.layer_definition("aed"), corrections=known.columns)
    assert (mapping.fields["phone"], mapping.guessed) == ("れんらく", ())


def test_a_source_is_fetched_and_staged_and_what_is_unchanged_is_not(
    store: Store, home: Home, url: str
) -> None:
    from layers.models import Load
    from layers.source_runs import last_runs, runs

    remembered(home, url)
    assert (run(home).state, Load.objects.get().actor) == ("loaded", "source:places")
    assert (run(home).state, Site.asked) == ("unchanged", [None, '"1"'])
    Site.etag = ""
    assert run(home).state == "unchanged"
    assert run(home, again=True).state == "loaded"
    assert [r.state for r in runs(source="places")] == ["loaded", "unchanged", "unchanged", "loaded"]
    assert (last_runs()["places"].department, Load.objects.count()) == ("general_affairs", 2)
    assert list(home.incoming.iterdir()) == []


def test_a_source_may_publish(store: Store, home: Home, url: str) -> None:
    from layers import selectors

    remembered(home, url, publish=True)
    assert run(home).report["state"] == "published"
    assert selectors.catalogue().layer("facilities").feature_count == 6


def test_a_source_has_no_more_rights_than_its_department(store: Store, home: Home, url: str) -> None:
    remembered(home, url, department="fire")
    outcome = run(home)
    assert (outcome.state, "権限" in outcome.message.ja) == ("refused", True)


def test_failures_are_told_to_the_department_and_audited(store: Store, home: Home, url: str) -> None:
    from layers.selectors import audit_entries
    from layers.source_runs import runs

    remembered(home, url)
    Site.status = 503
    with pytest.raises(Unavailable, match="503"):
        run(home)
    Site.status, Site.body, Site.etag = 200, b"a,b\n1,2\n", ""
    assert run(home).state == "refused"
    told = runs(department="general_affairs")
    assert [(r.state, bool(r.message and r.message.ja and r.message.en)) for r in told] == [
        ("refused", True),
        ("failed", True),
    ]
    assert [entry["action"] for entry in audit_entries(actor="source:places")] == [
        "source.refused",
        "source.failed",
    ]


def test_only_so_many_runs_are_kept(
    store: Store, home: Home, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.services import sources as services
    from layers.source_runs import runs

    monkeypatch.setattr(services, "KEPT_RUNS", 2)
    remembered(home, url)
    for _ in range(4):
        run(home)
    assert len(runs(source="places")) == 2


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2026-11-22T06:30", None, True),
        ("2026-11-22T06:30", "2026-11-21T06:30", True),
        ("2026-11-22T06:29", "2026-11-21T06:30", False),
        ("2026-11-22T09:00", "2026-11-21T06:31", True),
        ("2026-11-22T09:00", "2026-11-22T06:31", False),
    ],
)
def test_a_source_is_due_when_its_moment_has_come_in_the_citys_time(
    django_ready: str, now: str, last: str | None, due: bool
) -> None:
    from etl.schedules import is_due

    raw = {key: value for key, value in RAW.items() if key != "file"}
    source = parse_source({**raw, "url": "https://example.jp/a", "schedule": "30 6 * * *"}, "aed_list.yaml")
    before = datetime.fromisoformat(f"{last}+09:00") if last else None
    assert is_due(source, datetime.fromisoformat(f"{now}+09:00").astimezone(UTC), before, "Asia/Tokyo") is due


class Worker:
    """The product's queue on the test's database, worked off on demand."""

    def __init__(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        from etl import schedules

        monkeypatch.setattr(schedules, "home", lambda: home)

    def work(self) -> None:
        from procrastinate.contrib.django import app

        with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
            worker.run_worker(
                queues=["store"], wait=False, listen_notify=False, install_signal_handlers=False
            )

    def jobs(self) -> list[tuple[str, str, int]]:
        from procrastinate.contrib.django.models import ProcrastinateJob

        found = ProcrastinateJob.objects.filter(task_name="etl.run_source").order_by("id")
        return [(str(job.status), job.queueing_lock or "", job.attempts) for job in found]


@pytest.fixture
def worker(store: Store, home: Home, monkeypatch: pytest.MonkeyPatch) -> Worker:
    return Worker(home, monkeypatch)


def test_what_is_due_is_queued_once_and_loaded_by_the_worker(worker: Worker, home: Home, url: str) -> None:
    from etl.schedules import defer_due_sources
    from layers.source_runs import last_runs

    remembered(home, url, schedule="* * * * *")
    minute = int(datetime.now(UTC).timestamp())
    assert defer_due_sources(minute) == defer_due_sources(minute) == ["places"]
    assert worker.jobs() == [("todo", "source:places", 0)]
    worker.work()
    assert (worker.jobs()[0][0], last_runs()["places"].state) == ("succeeded", "loaded")
    assert defer_due_sources(minute - 60) == []


def test_a_network_that_fails_is_tried_again_later_and_a_wrong_file_is_not(
    worker: Worker, home: Home, url: str
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from etl.schedules import defer
    from layers.source_runs import last_runs

    remembered(home, url)
    Site.status = 503
    defer("places")
    before = datetime.now(UTC)
    worker.work()
    assert worker.jobs() == [("todo", "source:places", 1)]
    job = ProcrastinateJob.objects.get(task_name="etl.run_source")
    assert job.scheduled_at is not None and job.scheduled_at > before
    assert last_runs()["places"].state == "failed"
    ProcrastinateJob.objects.all().delete()
    Site.status, Site.body, Site.etag = 200, b"a,b\n1,2\n", ""
    defer("places")
    worker.work()
    assert (worker.jobs()[0][0], last_runs()["places"].state) == ("succeeded", "refused")
