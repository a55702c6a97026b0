"""Parts made in a thread arrive in order, with their errors, and nobody goes on when nobody takes them."""

import threading

import pytest

from etl.ahead import ahead


def test_items_come_in_order() -> None:
    assert list(ahead(range(100))) == list(range(100))
    assert list(ahead([])) == []


def test_an_error_comes_where_it_happened() -> None:
    taken = []
    with pytest.raises(ZeroDivisionError):
        for item in ahead(10 // n for n in (5, 2, 1, 0)):
            taken.append(item)
    assert taken == [2, 5, 10]


def test_whoever_stops_taking_stops_the_thread() -> None:
    made = []

    def endless() -> object:
        while True:
            made.append(1)
            yield 1

    items = ahead(endless())
    next(items)
    items.close()
    assert len(made) < 10
    assert not [thread for thread in threading.enumerate() if thread.name == "etl-ahead"]
