"""What operators called false becomes pictures without the thing reported."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np
import pytest

from aegis.api.schemas import IncidentList
from aegis.errors import ConfigurationError, NotFound
from aegis.training.coco_dataset import read_coco
from aegis.training.verdict_export import export_false_positives


class _Server:
    """Two pages of incidents, one picture gone."""

    def incidents(
        self, *, status: str | Sequence[str] = (), limit: int = 100, cursor: str | None = None
    ) -> IncidentList:
        assert status == "false_positive"
        assert limit >= 1
        first, last = ("weapon", "person"), ("weapon",)
        said = first if cursor is None else last
        offset = 0 if cursor is None else len(first)
        page = SimpleNamespace(
            incidents=tuple(_incident(offset + index, it) for index, it in enumerate(said)),
            pagination=SimpleNamespace(has_more=cursor is None, next_cursor="next"),
        )
        return cast(IncidentList, page)

    def evidence(self, evidence_path: str) -> bytes:
        if "incident_2" in evidence_path:
            raise NotFound("gone")
        return bytes(cv2.imencode(".jpg", np.full((30, 40, 3), 9, np.uint8))[1])


def _incident(number: int, description: str) -> Any:
    return SimpleNamespace(
        id=f"incident_{number}",
        subtype="loitering",
        subjects=(SimpleNamespace(description=description),),
        evidence_path=f"/evidence/2026-01-01/incident_{number}.jpg",
    )


def test_each_label_gets_a_data_set_that_can_be_trained_on(tmp_path: Path) -> None:
    counts = export_false_positives(_Server(), ("weapon", "person"), tmp_path)
    assert counts == {"weapon": 1, "person": 1}
    (image,) = read_coco(tmp_path / "false-weapon.json")
    assert image.known.tolist() == [False, False, True]
    assert len(image.xyxy) == 0
    document = json.loads((tmp_path / "false-person.json").read_text(encoding="utf-8"))
    assert document["images"][0]["file_name"] == "incident_1.jpg"


def test_an_unknown_label_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Unknown label 'unicorn'"):
        export_false_positives(_Server(), ("unicorn",), tmp_path / "out")
    assert not (tmp_path / "out").exists()
