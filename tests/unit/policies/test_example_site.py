"""The sample site that people start from."""

from datetime import UTC, datetime
from pathlib import Path

from aegis.site_file import load_site

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "site.yaml"


def test_example_site_is_valid_and_has_the_cameras_of_the_documents() -> None:
    site = load_site(EXAMPLE)
    assert site.camera("CAM_01").name == "Main Entrance"
    assert [zone.name for zone in site.camera("room").zones if zone.restricted] == ["floor"]


def test_room_of_the_footage_is_open_at_any_time_so_that_only_its_zone_alarms() -> None:
    night = datetime(2026, 3, 1, 3, tzinfo=UTC)
    site = load_site(EXAMPLE)
    assert site.is_open("room", night)
    assert not site.is_open("CAM_02", night)
