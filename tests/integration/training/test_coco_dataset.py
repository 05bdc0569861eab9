"""What the COCO reader takes, and how it names what it refuses."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from aegis.errors import ConfigurationError
from aegis.training.coco_dataset import read_coco


def _document() -> dict[str, Any]:
    return {
        "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "weapon"}],
        "images": [{"id": 5, "file_name": "a.png", "width": 40, "height": 30}],
        "annotations": [{"id": 9, "image_id": 5, "category_id": 2, "bbox": [1, 2, 10, 20]}],
    }


def _write(folder: Path, document: object) -> Path:
    (folder / "images").mkdir()
    cv2.imwrite(str(folder / "images" / "a.png"), np.full((30, 40), 77, np.uint8))
    path = folder / "train.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_boxes_become_corners_and_other_labels_stay_unknown(tmp_path: Path) -> None:
    (image,) = read_coco(_write(tmp_path, _document()))
    assert image.xyxy.tolist() == [[1, 2, 11, 22]]
    assert image.labels.tolist() == [2]
    assert image.known.tolist() == [True, False, True]
    assert image.luminance.shape == (30, 40)
    assert (image.luminance == 77).all()


def test_a_picture_without_boxes_is_a_negative(tmp_path: Path) -> None:
    (image,) = read_coco(_write(tmp_path, _document() | {"annotations": []}))
    assert image.xyxy.shape == (0, 4)


def test_boxes_shrink_with_the_picture(tmp_path: Path) -> None:
    (image,) = read_coco(_write(tmp_path, _document()), max_side=20)
    assert image.luminance.shape == (15, 20)
    assert image.xyxy.tolist() == [[0.5, 1, 5.5, 11]]


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("annotations", {"bbox": [1, 2, 0, 20]}, "id 9: empty box"),
        ("annotations", {"bbox": [1, 2, float("nan"), 20]}, "id 9: empty box"),
        ("annotations", {"bbox": [35, 2, 10, 20]}, "id 9: box .* is outside its 40 x 30 image"),
        ("annotations", {"bbox": [1, 2, 10]}, "id 9: no bbox of four numbers"),
        ("annotations", {"category_id": 7}, "id 9: unknown category 7"),
        ("annotations", {"image_id": 6}, "id 9: image 6 is not in the file"),
        ("categories", {"name": "unicorn"}, "id 1: unknown category"),
        ("categories", {"id": 2}, "id 2 occurs twice in 'categories'"),
        ("images", {"file_name": "b.png"}, "image b.png is missing"),
        ("images", {"id": "5"}, "an entry of 'images' has no integer id"),
    ],
)
def test_a_wrong_entry_is_named_with_its_file(
    tmp_path: Path, part: str, change: dict[str, Any], message: str
) -> None:
    document = _document()
    document[part][0] |= change
    with pytest.raises(ConfigurationError, match=rf"train\.json: .*{message}"):
        read_coco(_write(tmp_path, document))


@pytest.mark.parametrize("document", [[], {}, {"images": 3, "categories": []}])
def test_a_document_of_another_kind_is_refused(tmp_path: Path, document: object) -> None:
    with pytest.raises(ConfigurationError, match=r"train\.json"):
        read_coco(_write(tmp_path, document))


def test_the_line_of_a_wrong_entry_is_named(tmp_path: Path) -> None:
    document = _document()
    document["annotations"].append(
        {"id": 10, "image_id": 5, "category_id": 2, "bbox": [1, 2, 0, 0]}
    )
    path = _write(tmp_path, document)
    text = json.dumps(document, indent=1)
    path.write_text(text, encoding="utf-8")
    # The entry's brace stands on the line before its id.
    line = text[: text.index('"id": 10')].count("\n")
    with pytest.raises(ConfigurationError, match=rf"train\.json: line {line}: annotations, id 10"):
        read_coco(path)


@pytest.mark.parametrize("place", [".", "..", "../images", "elsewhere"])
def test_pictures_are_found_where_coco_tools_leave_them(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "annotations"
    folder.mkdir()
    path = _write(folder, _document())
    target = folder / place
    target.mkdir(exist_ok=True)
    (folder / "images" / "a.png").rename(target / "a.png")
    images = target if place == "elsewhere" else None
    assert len(read_coco(path, images=images)) == 1


def test_a_picture_of_absurd_size_is_refused_unopened(tmp_path: Path) -> None:
    path = _write(tmp_path, _document())
    data = bytearray((tmp_path / "images" / "a.png").read_bytes())
    data[16:24] = (65500).to_bytes(4, "big") * 2
    (tmp_path / "images" / "a.png").write_bytes(bytes(data))
    with pytest.raises(ConfigurationError, match=r"line 1: image a\.png cannot be decoded"):
        read_coco(path)


def test_an_undecodable_picture_is_named(tmp_path: Path) -> None:
    path = _write(tmp_path, _document())
    (tmp_path / "images" / "a.png").write_bytes(b"no picture")
    with pytest.raises(ConfigurationError, match=r"image a\.png cannot be decoded"):
        read_coco(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.json cannot be read"):
        read_coco(tmp_path / "none.json")
