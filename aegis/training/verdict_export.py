"""Makes a data set of what operators called false."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from aegis.api.schemas import IncidentAnswer, IncidentList
from aegis.errors import AegisError, ConfigurationError, NotFound
from aegis.training.detector_figures import VOCABULARY
from aegis.vision.decoding.image_header import check_image_header

_MAX_PIXELS = 40_000_000
_PAGE = 500


class IncidentSource(Protocol):
    """What is asked of a client of Aegis."""

    def incidents(
        self, *, status: str | Sequence[str] = (), limit: int = 100, cursor: str | None = None
    ) -> IncidentList:
        """One page of incidents."""

    def evidence(self, evidence_path: str) -> bytes:
        """The JPEG of an incident; raises NotFound."""


def export_false_positives(
    source: IncidentSource, labels: Sequence[str], out: Path
) -> dict[str, int]:
    """Write a COCO JSON without boxes for each label, and the evidence pictures it names.

    An incident marked as a false positive says that what its rule watches for was not there:
    it goes to the file of every label its subjects name. Each file has one category alone, so
    that nothing is claimed of other things in the picture. Incidents whose picture is gone are
    passed over. Returns how many pictures there are by label; raises ConfigurationError.
    """
    unknown = [label for label in labels if label not in VOCABULARY]
    if unknown:
        raise ConfigurationError(f"Unknown label {unknown[0]!r}: there are {', '.join(VOCABULARY)}")
    (out / "images").mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, Any]]] = {label: [] for label in labels}
    for incident in _false_positives(source):
        named = [label for label in labels if _is_about(incident, label)]
        image = _fetch(source, incident, out / "images") if named else None
        for label in named if image else []:
            rows[label].append({"id": len(rows[label]) + 1, **(image or {})})
    for label, images in rows.items():
        document = {
            "categories": [{"id": 1, "name": label}],
            "images": images,
            "annotations": [],
        }
        text = json.dumps(document, indent=1)
        (out / f"false-{label}.json").write_text(text + "\n", encoding="utf-8")
    return {label: len(images) for label, images in rows.items()}


def _false_positives(source: IncidentSource) -> list[IncidentAnswer]:
    found: list[IncidentAnswer] = []
    cursor: str | None = None
    while True:
        page = source.incidents(status="false_positive", limit=_PAGE, cursor=cursor)
        found += page.incidents
        cursor = page.pagination.next_cursor
        if not page.pagination.has_more or cursor is None:
            return found


def _is_about(incident: IncidentAnswer, label: str) -> bool:
    said = [subject.description.lower() for subject in incident.subjects]
    return incident.subtype == label or any(label in words for words in said)


def _fetch(source: IncidentSource, incident: IncidentAnswer, folder: Path) -> dict[str, Any] | None:
    if not incident.evidence_path:
        return None
    try:
        data = source.evidence(incident.evidence_path)
        header = check_image_header(data, _MAX_PIXELS)
    except NotFound:
        return None
    except AegisError as error:
        raise ConfigurationError(f"The picture of {incident.id}: {error.message}") from error
    name = f"{Path(incident.evidence_path).stem}.jpg"
    (folder / name).write_bytes(data)
    return {"file_name": name, "width": header.width, "height": header.height}
