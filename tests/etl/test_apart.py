"""A file read in a process of its own comes out as if it were read here, with its errors, and leaves nothing behind."""

import multiprocessing
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.apart import reader
from etl.steps import CopiedPart, Outline, Request, steps
from etl.table import Options
from gis_core.city import City
from gis_core.errors import BadInput
from tests.etl.conftest import layer

ROWS = 1000


@pytest.fixture
def request_(tmp_path: Path, city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[Request]:
    monkeypatch.setattr("etl.parts.PART_ROWS", 300)
    path = tmp_path / "施設.csv"
    lines = (f"{n},{'' if n % 100 == 7 else f'施設{n}'},36.87{n:04d},140.01{n:04d}\n" for n in range(ROWS))
    path.write_text("ID,名称,緯度,経度\n" + "".join(lines), encoding="utf-8")
    yield Request(path, layer(), city, Options())
    assert not multiprocessing.active_children()


def test_what_comes_is_what_would_come_here(request_: Request) -> None:
    with reader() as read:
        outline, *parts = read(request_)
    assert [outline, *parts] == list(steps(request_))
    assert isinstance(outline, Outline)
    assert all(isinstance(part, CopiedPart) for part in parts)
    assert [len(part.refused) for part in parts if isinstance(part, CopiedPart)] == [3, 3, 3, 1]


def test_a_file_that_cannot_be_used_is_told_as_here(request_: Request) -> None:
    missing = request_._replace(path=request_.path.with_name("無い.csv"))
    with pytest.raises(BadInput) as here:
        list(steps(missing))
    with reader() as read, pytest.raises(BadInput) as apart:
        list(read(missing))
    assert apart.value.message == here.value.message


def test_whoever_stops_taking_ends_the_process(request_: Request) -> None:
    with reader() as read:
        next(read(request_))


def test_whoever_asks_for_nothing_ends_the_process(request_: Request) -> None:
    with reader():
        assert multiprocessing.active_children()


def test_a_process_that_dies_is_told_with_a_remedy(request_: Request) -> None:
    with reader() as read:
        for child in multiprocessing.active_children():
            child.kill()
            child.join()
        with pytest.raises(BadInput, match="Load again"):
            list(read(request_))


def test_it_ends_with_a_caller_that_is_killed() -> None:
    program = """
        import multiprocessing, os, signal
        from etl.apart import reader
        with reader():
            print(multiprocessing.active_children()[0].pid, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    # The pipe of what they print ends when the last of them does.
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert int(done.stdout) > 0


def test_who_takes_what_comes_needs_none_of_what_reads_it() -> None:
    program = """
        import sys
        import etl.steps, layers.delivery
        print({"pandas", "shapely", "pyproj", "rasterio"} & set(sys.modules))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
