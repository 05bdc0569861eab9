"""`aegis site`: what people see of their site file."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from aegis.cli.main import app

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "site.yaml"


def test_check_shows_what_was_understood() -> None:
    result = CliRunner().invoke(app, ["site", "check", str(EXAMPLE)])
    assert result.exit_code == 0
    for word in ("Europe/Berlin", "CAM_01", "loading bay", "restricted", "40 s", "blacked out"):
        assert word in result.output


def test_check_names_every_mistake_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("timezone: Nowhere\ncameras:\n  A: {zones: [{name: z}]}\n")
    result = CliRunner().invoke(app, ["site", "check", str(file)])
    assert result.exit_code == 2
    assert f"{file}:1:11: timezone" in result.output
    assert f"{file}:3:15: cameras.A.zones.0.polygon" in result.output


def test_check_without_a_file_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AEGIS_SITE_FILE", raising=False)
    result = CliRunner().invoke(app, ["site", "check"])
    assert result.exit_code == 2
    assert "AEGIS_SITE_FILE" in result.output


def test_draw_writes_a_picture_beside_the_frame(tmp_path: Path) -> None:
    frame = tmp_path / "frame.png"
    Image.fromarray(np.full((90, 160, 3), 99, np.uint8)).save(frame)
    result = CliRunner().invoke(app, ["site", "draw", "CAM_03", str(frame), "--site", str(EXAMPLE)])
    assert result.exit_code == 0, result.output
    with Image.open(tmp_path / "frame-zones.png") as drawn:
        assert drawn.width == 160
        assert drawn.height > 90


@pytest.mark.parametrize(
    ("camera", "image", "out", "says"),
    [
        ("CAM_9", "frame.png", "out.png", "there are: CAM_01"),
        ("CAM_03", "absent.png", "out.png", "No such file"),
        ("CAM_03", "text.png", "out.png", "picture"),
        ("CAM_03", "frame.png", "out.xyz", "name a .png or .jpg file"),
        ("CAM_03", "frame.png", "absent/out.png", "No such file"),
    ],
)
def test_draw_says_what_is_wrong(
    tmp_path: Path, camera: str, image: str, out: str, says: str
) -> None:
    Image.fromarray(np.full((90, 160, 3), 99, np.uint8)).save(tmp_path / "frame.png")
    (tmp_path / "text.png").write_text("no picture")
    paths = [str(tmp_path / image), "--out", str(tmp_path / out), "--site", str(EXAMPLE)]
    result = CliRunner().invoke(app, ["site", "draw", camera, *paths])
    assert result.exit_code == 2
    assert says.casefold() in result.output.casefold().replace("\n", " ")
