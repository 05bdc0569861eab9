"""Incidents, their history, actions and counts as Arrow tables."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa

from aegis.domain.incident import Incident
from data.entry import Row
from data.incident_id import incident_number

_UTC = pa.timestamp("us", tz="UTC")
INCIDENTS = pa.schema(
    [
        ("number", pa.int64()),
        ("id", pa.string()),
        ("timestamp", _UTC),
        ("created_at", _UTC),
        ("updated_at", _UTC),
        ("first_seen", _UTC),
        ("last_seen", _UTC),
        ("type", pa.string()),
        ("subtype", pa.string()),
        ("severity", pa.string()),
        ("status", pa.string()),
        ("confidence", pa.float64()),
        ("camera_id", pa.string()),
        ("location", pa.string()),
        ("reasoning", pa.string()),
        ("notes", pa.string()),
        ("resolved_by", pa.string()),
        ("rule", pa.string()),
        ("policy_version", pa.string()),
        ("frame_count", pa.int64()),
        ("evidence_path", pa.string()),
        ("evidence_sha256", pa.string()),
        ("record", pa.string()),
    ]
)
"""An incident a row; `record` is all of it as JSON."""
HISTORY = pa.schema(
    [
        ("incident_id", pa.string()),
        ("seq", pa.int64()),
        ("recorded_at", pa.string()),
        ("kind", pa.string()),
        ("payload", pa.string()),
        ("hash", pa.string()),
    ]
)
"""A record of the journal a row."""
ACTIONS = pa.schema(
    [
        ("incident_id", pa.string()),
        ("action_id", pa.string()),
        ("action", pa.string()),
        ("status", pa.string()),
        ("timestamp", _UTC),
        ("requested_by", pa.string()),
        ("parameters", pa.string()),
        ("result", pa.string()),
    ]
)
STATUS_HISTORY = pa.schema(
    [
        ("incident_id", pa.string()),
        ("status", pa.string()),
        ("changed_at", _UTC),
        ("notes", pa.string()),
        ("resolved_by", pa.string()),
    ]
)
"""An operator's decision a row."""
STATISTICS = pa.schema(
    [
        ("camera_id", pa.string()),
        ("type", pa.string()),
        ("severity", pa.string()),
        ("status", pa.string()),
        ("incidents", pa.int64()),
        ("confidence_sum", pa.float64()),
    ]
)
"""How many incidents of a day are alike."""
_PLAIN = tuple(name for name in INCIDENTS.names if name not in {"number", "record"})


def tabulate_incidents(incidents: Iterable[Incident]) -> pa.Table:
    """By number, each once."""
    rows = [
        {name: getattr(incident, name) for name in _PLAIN}
        | {"number": incident_number(incident.id), "record": incident.model_dump_json()}
        for incident in incidents
    ]
    return pa.Table.from_pylist(rows, schema=INCIDENTS)


def tabulate_history(rows: Iterable[Row]) -> pa.Table:
    """As the journal has them."""
    listed = [{name: getattr(row, name) for name in HISTORY.names} for row in rows]
    return pa.Table.from_pylist(listed, schema=HISTORY)


def tabulate_actions(incidents: Iterable[Incident]) -> pa.Table:
    """Every action taken, in the order of incidents."""
    rows = [
        {
            "incident_id": incident.id,
            "action_id": action.action_id,
            "action": action.action,
            "status": action.status,
            "timestamp": action.timestamp,
            "requested_by": action.requested_by,
            "parameters": json.dumps(action.parameters, sort_keys=True, default=str),
            "result": json.dumps(action.result, sort_keys=True, default=str),
        }
        for incident in incidents
        for action in incident.actions_taken
    ]
    return pa.Table.from_pylist(rows, schema=ACTIONS)


def tabulate_decisions(incidents: Iterable[Incident]) -> pa.Table:
    """Every change of status, in the order of incidents and of time."""
    rows = [
        {"incident_id": incident.id, **dict(change)}
        for incident in incidents
        for change in incident.status_history
    ]
    return pa.Table.from_pylist(rows, schema=STATUS_HISTORY)


def tabulate_statistics(incidents: Sequence[Incident]) -> pa.Table:
    """The day in counts."""
    counts: Counter[tuple[str | None, str, str, str]] = Counter()
    sums: Counter[tuple[str | None, str, str, str]] = Counter()
    for it in incidents:
        kind = (it.camera_id, str(it.type), str(it.severity), str(it.status))
        counts[kind] += 1
        sums[kind] += it.confidence  # type: ignore[assignment]
    names = STATISTICS.names[:4]
    rows = [
        dict(zip(names, kind, strict=True))
        | {"incidents": counts[kind], "confidence_sum": float(sums[kind])}
        for kind in sorted(counts, key=str)
    ]
    return pa.Table.from_pylist(rows, schema=STATISTICS)
