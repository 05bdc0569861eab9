"""One incident as a row of the views."""

from datetime import UTC, datetime

import pyarrow as pa

from aegis.domain.incident import Incident
from data.incident_id import incident_number

COLUMNS = pa.schema(
    [
        ("number", pa.int64()),
        ("happened_at", pa.timestamp("us")),
        ("created_at", pa.timestamp("us")),
        ("type", pa.string()),
        ("severity", pa.string()),
        ("status", pa.string()),
        ("cameras", pa.list_(pa.string())),
        ("confidence", pa.float64()),
        ("evidence_path", pa.string()),
        ("is_held", pa.bool_()),
        ("text", pa.string()),
        ("record", pa.string()),
    ]
)
"""What is filtered and sorted, and the whole record as JSON."""


def columns_of(incident: Incident) -> dict[str, object]:
    """The incident's row, by the names of COLUMNS."""
    said = [incident.reasoning, incident.notes or ""]
    for subject in incident.subjects:
        said += [subject.description, subject.behavior, subject.location]
    return {
        "number": incident_number(incident.id),
        "happened_at": to_column_time(incident.timestamp),
        "created_at": to_column_time(incident.created_at),
        "type": incident.type,
        "severity": incident.severity,
        "status": incident.status,
        "cameras": list(incident.cameras),
        "confidence": incident.confidence,
        "evidence_path": incident.evidence_path,
        "is_held": incident.hold is not None,
        "text": "\n".join(said).casefold(),
        "record": incident.model_dump_json(),
    }


def to_column_time(moment: datetime) -> datetime:
    """The instant as the tables keep it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
