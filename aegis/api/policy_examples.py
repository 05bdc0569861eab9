"""Examples of what the routes of the policies answer."""

from collections.abc import Mapping
from typing import Any

_RULE = {
    "name": "restricted_zone",
    "description": "A person stands in a zone that the site marks as restricted.",
    "enabled": True,
    "type": "intrusion",
    "subtype": "restricted_zone",
    "severity": "high",
    "threshold": 0.0,
    "life_safety": False,
}
_VERSION = {
    "number": 4,
    "accepted_at": "2025-01-19T10:30:00Z",
    "author": "key:key_ops",
    "source": "api",
    "note": "The ramp may be used from 6 o'clock",
    "policy_version": "309c5d6d281b.ceecbccaca42",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "changed": ["site"],
    "restored": None,
}
_TEXTS = {
    "rules": "version: 1\nrules: []\n",
    "site": "name: Depot\ntimezone: Europe/Berlin\n",
    "playbooks": "version: 1\nplaybooks: []\n",
}
_MOVE = {
    "incident_id": "incident_123",
    "verdict": "false_positive",
    "decided_at": "2025-01-19T10:45:00Z",
    "points": 45.0,
    "threshold": 45.0,
}

POLICY_ANSWERS: Mapping[str, Any] = {
    "KeptPolicy": {**_VERSION, "texts": _TEXTS},
    "PolicyHistory": {"versions": [_VERSION]},
    "PolicyOverview": {
        "version": {**_VERSION, "texts": _TEXTS},
        "rules": [{**_RULE, "moved_at": ["CAM_01"]}],
        "site": {
            "name": "Depot",
            "timezone": "Europe/Berlin",
            "version": "ceecbccaca42",
            "cameras": ["CAM_01", "CAM_02"],
        },
        "playbooks": ["intrusion", "anything_else"],
    },
    "RuleDetail": {
        "policy_version": "309c5d6d281b.ceecbccaca42",
        "definition": _RULE,
        "threshold": 0.0,
        "life_safety": False,
        "lowest": 40.0,
        "highest": 80.0,
        "step": 5.0,
        "cameras": [{"camera_id": "CAM_01", "threshold": 45.0, "moves": [_MOVE]}],
    },
}
"""By the name of the model."""
