"""XML from outside: nothing but elements and text, within limits."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.feeds import safe_xml
from gis_core.errors import BadInput

BOMB = """<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB.encode(),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1/">]><x>&e;</x>',
        b"<x>&undeclared;</x>",
        b"<x>" * 100 + b"</x>" * 100,
        b"<x>" + b"<y/>" * 300_000 + b"</x>",
        b"<x>" + b" " * safe_xml.MAX_BYTES + b"</x>",
        b"<x",
        b"",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="klingon"?><x/>',
        b"<x/><y/>",
    ],
    ids=lambda d: d[:24].decode("latin-1"),
)
def test_what_is_dangerous_or_broken_is_refused_with_a_remedy(data: bytes) -> None:
    with pytest.raises(BadInput, match="配信元"):
        safe_xml.parse(data, "bulletin.xml")


def test_namespaces_and_text_are_read() -> None:
    root = safe_xml.parse('<a xmlns="urn:x"><b c="1"> 大田原 </b></a>'.encode(), "x")
    assert (safe_xml.local(root), safe_xml.namespace(root), safe_xml.text(root, "b")) == (
        "a",
        "urn:x",
        "大田原",
    )
    assert safe_xml.children(root, "b")[0].get("c") == "1"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(BadInput):
        safe_xml.parse(data, "x")


@given(st.text(max_size=40))
def test_instants_are_aware_or_none(written: str) -> None:
    found = safe_xml.instant(written)
    assert found is None or found.tzinfo is not None
