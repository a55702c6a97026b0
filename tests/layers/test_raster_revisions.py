"""A raster's revisions: kept, listed, brought back, approved by a second person, and pruned past their term."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from gis_core.boxes import Box
from gis_core.definition import RasterDefinition
from gis_core.definition_file import parse_definition, read_definition
from gis_core.errors import BadInput, Conflict, Forbidden, NotFound
from layers.visibility import Viewer
from tests.conftest import ROOT, Store

EXTENT = Box(139.9, 36.7, 140.3, 37)
EDITOR = Viewer("editor", "crisis_management")
APPROVER = Viewer("approver", "crisis_management")


def depth(layer_id: str = "flood_depth", **changes: Any) -> RasterDefinition:
    shipped = read_definition(ROOT / "layers/definitions/flood_depth.yaml")
    made = parse_definition({**shipped.raw, "id": layer_id, **changes})
    assert isinstance(made, RasterDefinition)
    return made


@pytest.fixture
def add(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    from django.conf import settings

    # Other tests' files lie in the common folder, and one of these tests counts what is there.
    monkeypatch.setattr(settings, "RASTER_STORE", str(tmp_path / "rasters"))
    from layers.services.rasters import add_raster
    from layers.services.registry import register_layer

    def bring(content: str, definition: RasterDefinition | None = None, **options: Any) -> int | None:
        definition = definition or depth()
        register_layer(definition)
        file = tmp_path / f"{content}.tif"
        file.write_text(content)
        report = {"file": file.name}
        return add_raster(definition, file, extent=EXTENT, report=report, **({"actor": "yamada"} | options))

    return bring


def shown(layer_id: str = "flood_depth") -> tuple[int, str]:
    from layers.selectors import catalogue

    info = catalogue().raster(layer_id)
    return info.revision, info.path.read_text()


def audited() -> list[str]:
    from layers.selectors import audit_entries

    return [entry["action"] for entry in audit_entries(layer="flood_depth")]


def test_a_former_revision_comes_back_as_the_next(add: Any) -> None:
    from layers.services.rasters import raster_revisions, rollback_raster

    add("old")
    add("new")
    assert shown() == (2, "new")
    assert rollback_raster("flood_depth", 1, actor="yamada", reason="誤り") == 3
    assert shown() == (3, "old")
    assert rollback_raster("flood_depth", 1, actor="yamada") == 3
    listed = raster_revisions("flood_depth")
    assert [(r.revision, r.file, r.reason, r.is_current) for r in listed] == [
        (3, "old.tif", "誤り", True),
        (2, "new.tif", "", False),
        (1, "old.tif", "", False),
    ]
    assert rollback_raster("flood_depth", timezone.now() - timedelta(seconds=0), actor="yamada") == 3
    assert audited()[0] == "raster.rollback"
    with pytest.raises(BadInput, match="machizu raster list"):
        rollback_raster("flood_depth", 9, actor="yamada")


def test_the_department_s_approver_alone_publishes_and_rolls_back(add: Any) -> None:
    from layers.services.rasters import publish_raster, rollback_raster

    add("old")
    with pytest.raises(Forbidden):
        add("new", viewer=EDITOR)
    assert add("new", viewer=EDITOR, at_once=False) is None
    assert shown() == (1, "old")
    with pytest.raises(Forbidden):
        publish_raster("flood_depth", actor="yamada", viewer=EDITOR)
    assert publish_raster("flood_depth", actor="suzuki", viewer=APPROVER) == 2
    assert shown() == (2, "new")
    with pytest.raises(NotFound, match="承認を待つ"):
        publish_raster("flood_depth", actor="suzuki", viewer=APPROVER)
    with pytest.raises(Forbidden):
        rollback_raster("flood_depth", 1, actor="yamada", viewer=EDITOR)
    with pytest.raises(Forbidden):
        add("other", viewer=Viewer("approver", "parks"))


def test_a_second_person_approves_where_the_raster_demands_it(add: Any) -> None:
    from layers.services.rasters import publish_raster

    guarded = depth("guarded", approval={"second_person": True})
    assert add("a", guarded) is add("b", guarded) is None
    with pytest.raises(Forbidden, match="別の"):
        publish_raster("guarded", actor="yamada")
    assert publish_raster("guarded", actor="suzuki") == 1
    assert shown("guarded") == (1, "b")
    with pytest.raises(NotFound):
        publish_raster("guarded", actor="suzuki")


def test_a_duty_that_is_not_met_keeps_it_back(add: Any) -> None:
    with pytest.raises(Conflict, match="contact"):
        add("a", depth("unowned", registration={}))


def test_files_are_pruned_past_their_term_and_never_the_current_one(add: Any) -> None:
    from layers.services.rasters import prune_rasters, raster_revisions, rollback_raster

    add("old")
    add("new")
    add("waiting", at_once=False)
    folder = Path(str(_path_of("flood_depth"))).parent
    (folder / "7.partial").write_text("left behind")
    assert prune_rasters(timezone.now()) == []
    assert [p.name for p in prune_rasters(timezone.now() + timedelta(days=2))] == ["7.partial"]
    assert len(prune_rasters(timezone.now() + timedelta(days=31 * 366))) == 1
    assert [r.size for r in raster_revisions("flood_depth")] == [3, None]
    assert shown() == (2, "new")
    assert audited()[0] == "raster.prune"
    with pytest.raises(BadInput, match="保存期間"):
        rollback_raster("flood_depth", 1, actor="yamada")


def _path_of(layer_id: str) -> Path:
    from layers.selectors import catalogue

    return catalogue().raster(layer_id).path
