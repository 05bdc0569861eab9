"""The examples of the API document, completed by the fields that the answers add to it."""

from collections.abc import Mapping
from typing import Any

from aegis.api.policy_examples import POLICY_ANSWERS

_SUBJECT = {
    "description": "Person in dark hoodie",
    "behavior": "Nervous movements",
    "location": "Near entrance",
    "bbox": [412.0, 96.0, 518.0, 402.0],
    "track_id": 7,
}
_STEP = {
    "step": 1,
    "action": "alert_security",
    "priority": 1,
    "parameters": {"urgency": "high"},
    "reasoning": "Somebody should look before it becomes more",
    "requires_approval": False,
}
_ACTION_TAKEN = {
    "action": "alert_authorities",
    "status": "completed",
    "timestamp": "2025-01-19T10:30:05Z",
    "action_id": "action_456",
    "result": {"simulated": True, "notification_sent": False, "recipients": []},
}
_ANALYSIS: dict[str, Any] = {
    "incident": True,
    "type": "suspicious_behavior",
    "severity": "medium",
    "confidence": 82.5,
    "reasoning": "Individual exhibiting nervous behavior and repeatedly glancing at camera. "
    "Hands concealed. Unusual loitering pattern detected.",
    "subjects": [_SUBJECT],
    "recommended_actions": [
        "Increase camera focus on subject",
        "Alert security personnel",
        "Record interaction for review",
    ],
    "timestamp": "2025-01-19T10:30:00Z",
    "processing_time_ms": 1250,
    "incident_id": "incident_123",
    "new_incident": True,
    "subtype": "loitering",
    "alarm_level": 1,
    "alarm_facts": ["suspicious_behavior: loitering", "1 x person seen"],
    "response_plan": [_STEP],
    "camera_id": "CAM_01",
    "frame_number": 42,
    "request_id": "req_abc123",
    "warnings": [],
}
_SMALL_PICTURE = {
    "captured_at": "2025-01-19T10:30:00Z",
    "path": "/evidence/2025-01-19/incident_123.9f86d081884c7d65.jpg",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
_INCIDENT: dict[str, Any] = {
    "id": "incident_123",
    "timestamp": "2025-01-19T10:30:00Z",
    "type": "violence",
    "severity": "high",
    "confidence": 95.0,
    "status": "active",
    "reasoning": "Weapon detected...",
    "subjects": [_SUBJECT],
    "response_plan": [_STEP],
    "evidence_path": "/evidence/2025-01-19/incident_123.jpg",
    "created_at": "2025-01-19T10:30:01Z",
    "updated_at": "2025-01-19T10:30:01Z",
    "actions_taken": [_ACTION_TAKEN],
    "notes": None,
    "resolved_by": None,
    "status_history": [],
    "camera_id": "CAM_01",
    "subtype": "weapon",
    "first_seen": "2025-01-19T10:30:00Z",
    "last_seen": "2025-01-19T10:30:04Z",
    "frame_count": 5,
    "thumbnail_path": _SMALL_PICTURE["path"],
    "evidence_strip": [_SMALL_PICTURE],
    "evidence_evicted_at": None,
    "hold": None,
    "alarm_level": 4,
    "alarm_facts": ["violence: weapon", "1 x person seen"],
}
_HEALTH = {
    "status": "healthy",
    "components": {"database": "ok", "vision_agent": "ok", "planner_agent": "ok"},
    "timestamp": "2025-01-19T10:30:00Z",
    "uptime_seconds": 3600,
}
_STATISTICS = {
    "total_incidents": 150,
    "active_incidents": 5,
    "open_incidents": 7,
    "incidents_today": 12,
    "incidents_this_week": 45,
    "incidents_by_severity": {"low": 80, "medium": 50, "high": 15, "critical": 5},
    "incidents_by_type": {
        "violence": 10,
        "suspicious_behavior": 85,
        "intrusion": 30,
        "vandalism": 15,
        "normal": 10,
    },
    "average_confidence": 78.5,
    "false_positive_rate": 0.08,
    "response_time_avg_ms": 1250.0,
    "frames_analyzed": 91250,
}
_AGENTS = {
    "vision_agent": {
        "agent": "VisionAgent",
        "total_calls": 1500,
        "total_errors": 12,
        "error_rate": 0.008,
        "avg_response_time_ms": 1200.0,
        "uptime_hours": 24.5,
    },
    "planner_agent": {
        "agent": "PlannerAgent",
        "total_calls": 150,
        "total_errors": 2,
        "error_rate": 0.013,
        "avg_response_time_ms": 800.0,
        "uptime_hours": 24.5,
    },
}

ANSWERS: Mapping[str, Any] = {
    **POLICY_ANSWERS,
    "ServiceDescription": {
        "name": "AegisAI",
        "version": "2.5.0",
        "description": "Autonomous Security & Incident Response Agent",
        "docs": "/docs",
    },
    "Alive": {"status": "alive"},
    "HealthReport": _HEALTH,
    "AnalyzeResponse": _ANALYSIS,
    "IncidentAnswer": _INCIDENT,
    "IncidentList": {
        "total": 150,
        "incidents": [_INCIDENT],
        "pagination": {"limit": 100, "offset": 0, "has_more": True, "next_cursor": "MTQ5OjEyMw"},
    },
    "StatusAnswer": {
        "id": "incident_123",
        "status": "resolved",
        "updated_at": "2025-01-19T10:45:00Z",
        "notes": "False alarm - authorized personnel",
        "resolved_by": "operator_42",
    },
    "HoldAnswer": {
        "id": "incident_123",
        "hold": {
            "reason": "Police case 4711",
            "placed_by": "operator_42",
            "placed_at": "2025-01-20T08:00:00Z",
        },
        "updated_at": "2025-01-20T08:00:00Z",
    },
    "SqlAnswer": {
        "columns": ["camera_id", "incidents"],
        "types": ["VARCHAR", "BIGINT"],
        "rows": [["CAM_01", 120], ["CAM_02", 30]],
        "is_cut": False,
        "elapsed_ms": 4,
    },
    "SimulationReport": {
        "first_day": "2025-01-13",
        "last_day": "2025-01-19",
        "days": 7,
        "frames": 412_300,
        "failed_frames": 0,
        "policy_before": "a1b2c3d4e5f6.0f1e2d3c4b5a",
        "policy_after": "b2c3d4e5f6a1.0f1e2d3c4b5a",
        "alerts_before": 150,
        "alerts_after": 96,
        "changes": [{"rule": "loitering", "camera_id": "CAM_01", "before": 85, "after": 31}],
        "lost": [
            {
                "id": "incident_123",
                "rule": "loitering",
                "camera_id": "CAM_01",
                "timestamp": "2025-01-19T10:30:00Z",
                "severity": "medium",
                "actions": ["alert_security"],
            }
        ],
        "unseen": 2,
        "actions_not_taken": {"alert_security": 1},
        "damaged_days": [],
    },
    "ProofHead": {
        "tree_size": 4711,
        "root": "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        "head_hash": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "timestamp": "2025-01-20T08:00:00Z",
    },
    "CleanupAnswer": {
        "deleted_count": 45,
        "message": "Deleted 45 incidents older than 30 days",
    },
    "SystemStatistics": _STATISTICS,
    "AgentsAnswer": _AGENTS,
    "ActionAnswer": {
        "action_id": "action_456",
        "status": "completed",
        "result": {
            "notification_sent": True,
            "recipients": ["security@example.com"],
            "timestamp": "2025-01-19T10:30:10Z",
        },
    },
}
"""By the name of the model."""

UNHEALTHY = _HEALTH | {
    "status": "unhealthy",
    "components": {"database": "ok", "vision_agent": "no answer", "planner_agent": "ok"},
}
"""The health report of a system with an ailing component."""

_FIELD_PROBLEM = {"field": "image", "received_type": "missing", "expected_format": "Field required"}
ERRORS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "INVALID_IMAGE": (
        "Image data is not valid base64",
        {"field": "image", "received_type": "string", "expected_format": "base64"},
    ),
    "BAD_REQUEST": ("from_date is after to_date", {"field": "from_date"}),
    "VALIDATION_ERROR": (
        "image: Field required",
        _FIELD_PROBLEM | {"errors": [_FIELD_PROBLEM]},
    ),
    "PAYLOAD_TOO_LARGE": (
        "The request is larger than 16777216 bytes",
        {"max_bytes": 16_777_216},
    ),
    "RATE_LIMIT_EXCEEDED": (
        "100 requests a minute are allowed; wait before retrying",
        {"limit": 100, "reset": 1705658400},
    ),
}
"""Message and details by code; a code that is not here has its sentence and no details."""

MESSAGES: Mapping[str, dict[str, Any]] = {
    "analysis_result": {
        "incident": True,
        "type": "suspicious_behavior",
        "severity": "medium",
        "confidence": 82.5,
        "timestamp": "2025-01-19T10:30:00Z",
        "incident_id": "incident_123",
        "camera_id": "CAM_01",
    },
    "incident_created": _INCIDENT,
    "incident_updated": {
        "id": "incident_123",
        "status": "resolved",
        "updated_at": "2025-01-19T10:45:00Z",
        "notes": "False alarm - authorized personnel",
    },
    "system_status": _HEALTH,
    "error": {
        "code": "EVENTS_MISSED",
        "message": "Some events are no longer kept; read the incidents anew",
        "details": {"since": 1737282600000, "next": 1737282600512},
    },
}
"""The `data` of each message of the stream."""
