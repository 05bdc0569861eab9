"""Carries out actions and tells the truth about them."""

from collections.abc import Callable
from datetime import UTC, datetime

from aegis.domain.event import EventType
from aegis.domain.incident import Incident
from aegis.domain.response import ActionRecord, ActionRequest, ActionStatus
from aegis.ports import Events, Store


class ActionDispatcher:
    """Executes actions once for each key and keeps their outcomes with the incident.

    No connector exists yet, so every action completes as simulated and says so: nobody is
    notified. The state of actions is the store's; this class has none and runs in the ingress.
    """

    def __init__(
        self, store: Store, events: Events, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._store = store
        self._events = events
        self._now = clock or _utc_now

    async def execute(self, request: ActionRequest) -> ActionRecord:
        """Simulate the action and keep it; raises IncidentNotFound."""
        incident = await self._store.get(request.incident_id)
        outcome = _simulate(request, self._now())
        kept = await self._store.record_action(
            incident.id, outcome, request.idempotency_key, request.request_digest
        )
        if kept.action_id == outcome.action_id:
            await self._tell(await self._store.get(incident.id))
        return kept

    async def _tell(self, incident: Incident) -> None:
        changed = incident.model_dump(
            mode="json", include={"id", "status", "updated_at", "notes", "actions_taken"}
        )
        await self._events.publish(EventType.INCIDENT_UPDATED, changed)


def _simulate(request: ActionRequest, now: datetime) -> ActionRecord:
    moment = now.isoformat().replace("+00:00", "Z")
    return ActionRecord(
        action_id=f"action_{request.idempotency_key}",
        action=request.action,
        status=ActionStatus.COMPLETED,
        timestamp=now,
        parameters=request.parameters,
        requested_by=request.requested_by,
        result={
            "simulated": True,
            "notification_sent": False,
            "recipients": [],
            "message": "No connector is configured for this action; nothing was sent",
            "timestamp": moment,
        },
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)
