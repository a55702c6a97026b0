import hashlib
import subprocess
import sys
from pathlib import Path

from data_samples.delivery import FOLDER, Delivery
from data_samples.generate import write_deliveries

Deliveries = dict[str, Delivery]
LAYERS = {
    *("facilities", "wifi_hotspots", "river_cameras", "evacuation_sites", "evacuation_shelters", "events"),
    *("medical_institutions", "aed", "radiation_readings", "river_levels", "road_closures"),
    *("distribution_points", "damage_reports", "city_boundary", "town_areas", "rivers", "roads"),
    *("landslide_zones", "flood_depth", "elevation"),
}


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_layer_gets_one_delivery_and_the_base_map_comes_first(deliveries: Deliveries) -> None:
    assert set(deliveries) == LAYERS
    assert list(deliveries)[:4] == ["city_boundary", "town_areas", "rivers", "roads"]
    assert {layer for layer, delivery in deliveries.items() if delivery.kind == "raster"} == {
        "flood_depth",
        "elevation",
    }


def test_every_file_lies_in_the_folder_that_says_sample(deliveries: Deliveries, root: Path) -> None:
    assert all(FOLDER in delivery.path.parts and delivery.path.is_file() for delivery in deliveries.values())
    readme = (root / FOLDER / "README.txt").read_text(encoding="utf-8-sig")
    assert "見本データ。避難には使えません。" in readme
    assert "DO NOT USE FOR EVACUATION" in readme


def test_a_second_run_writes_the_same_bytes(deliveries: Deliveries, root: Path, tmp_path: Path) -> None:
    write_deliveries(tmp_path)
    assert digests(tmp_path) == digests(root)


def test_all_deliveries_together_stay_small(deliveries: Deliveries) -> None:
    assert sum(delivery.path.stat().st_size for delivery in deliveries.values()) < 12_000_000


def test_a_folder_that_cannot_be_written_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = subprocess.run(
        [sys.executable, "-m", "data_samples", "-o", str(tmp_path / "file")], capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "-o" in run.stderr
