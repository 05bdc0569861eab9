"""In-memory doubles of every port, with the real behaviour and no other process."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aegis.domain.analysis import SceneAnalysis
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.event import Event, EventType
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.domain.observation import Observation
from aegis.domain.rate_limit import Lease
from aegis.domain.response import (
    ActionRecord,
    ActionRequest,
    ActionStatus,
    ActionType,
    ResponsePlan,
    ResponseStep,
)
from aegis.domain.simulation import Progress, SimulationReport, SimulationRequest
from aegis.domain.statistics import AgentStatistics, ComponentName
from aegis.ports import (
    Dispatcher,
    Events,
    Limits,
    Monitor,
    Planner,
    Policies,
    Runtime,
    Simulator,
    Store,
    Vault,
    Vision,
)
from aegis.testing.in_memory_policies import InMemoryPolicies
from aegis.testing.in_memory_store import InMemoryStore
from aegis.testing.in_memory_vault import InMemoryVault

Verdict = Assessment | Exception
_JPEG = b"\xff\xd8\xff\xd9"


class ScriptedVision:
    """Sees what it is told to: the verdicts in turn, then always the last; errors are raised.

    A verdict takes time, camera and frame number from the frame. Without any it sees nothing.
    """

    def __init__(self, *verdicts: Verdict, evidence: bytes = _JPEG, delay_s: float = 0.0) -> None:
        self._verdicts = deque(verdicts)
        self._evidence = evidence
        self._delay_s = delay_s
        self.frames: list[Frame] = []

    async def analyze(self, frame: Frame) -> SceneAnalysis:
        """The next verdict of the script."""
        self.frames.append(frame)
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        verdict = self._next()
        if isinstance(verdict, Exception):
            raise verdict
        assessment = verdict.model_copy(
            update={
                "captured_at": frame.captured_at,
                "camera_id": frame.camera_id,
                "location": frame.location,
                "frame_number": frame.frame_number,
            }
        )
        observation = Observation(captured_at=frame.captured_at, resolution_wh=(1, 1))
        evidence = self._evidence if assessment.is_incident else None
        return SceneAnalysis(observation, assessment, evidence)

    def _next(self) -> Verdict:
        if len(self._verdicts) > 1:
            return self._verdicts.popleft()
        return self._verdicts[0] if self._verdicts else nothing_seen()


class FixedPlanner:
    """Lays down the same actions for every incident."""

    def __init__(self, *actions: ActionType) -> None:
        self._actions = actions or (ActionType.INCREASE_MONITORING, ActionType.ALERT_SECURITY)
        self.planned: list[str] = []

    async def plan(self, incident: Incident) -> ResponsePlan:
        """A step for each action, in order."""
        self.planned.append(incident.id)
        steps = tuple(
            ResponseStep(step=number, action=action, priority=number, reasoning="As scripted")
            for number, action in enumerate(self._actions, 1)
        )
        return ResponsePlan(playbook="fixed", steps=steps, policy_version="test")


class SimulatingDispatcher:
    """Simulates every action, keeps its outcome in the store and says that it was simulated."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def execute(self, request: ActionRequest) -> ActionRecord:
        """Raises IncidentNotFound; the same key gives the same outcome."""
        outcome = ActionRecord(
            action_id=f"action_{request.idempotency_key}",
            action=request.action,
            status=ActionStatus.COMPLETED,
            timestamp=datetime.now(UTC),
            parameters=request.parameters,
            requested_by=request.requested_by,
            result={"simulated": True, "notification_sent": False, "recipients": []},
        )
        return await self._store.record_action(
            request.incident_id, outcome, request.idempotency_key, request.request_digest
        )


class InMemoryEvents:
    """Numbers events from 1 and hands them to every subscriber; keeps the last `backlog`."""

    def __init__(self, backlog: int = 10_000) -> None:
        self._next_seq = 1
        self._backlog: deque[Event] = deque(maxlen=backlog)
        self._queues: set[asyncio.Queue[Event | None]] = set()

    @property
    def subscribers(self) -> int:
        """How many follow at present."""
        return len(self._queues)

    async def publish(self, event_type: EventType, data: dict[str, Any]) -> None:
        """Hand the event to everybody."""
        event = Event(
            type=event_type,
            data=data,
            seq=self._next_seq,
            timestamp=datetime.now(UTC),
        )
        self._next_seq += 1
        self._backlog.append(event)
        for queue in self._queues:
            queue.put_nowait(event)

    async def subscribe(self, since: int | None) -> AsyncIterator[Event]:
        """What was missed, then what comes; ends when the stream is interrupted."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        missed = [] if since is None else [event for event in self._backlog if event.seq > since]
        self._queues.add(queue)
        try:
            for event in missed:
                yield event
            while (coming := await queue.get()) is not None:
                yield coming
        finally:
            self._queues.discard(queue)

    def interrupt(self, lost: int = 0) -> None:
        """End every subscription and forget the backlog, as a restart does; `lost` are skipped."""
        self._backlog.clear()
        self._next_seq += lost
        for queue in self._queues:
            queue.put_nowait(None)


class FixedMonitor:
    """Health and figures as set; every component is `ok` unless told otherwise."""

    def __init__(self, **states: str) -> None:
        self.components: dict[ComponentName, str] = {
            "database": states.get("database", "ok"),
            "vision_agent": states.get("vision_agent", "ok"),
            "planner_agent": states.get("planner_agent", "ok"),
        }
        self.agents = {
            "vision_agent": AgentStatistics(agent="VisionAgent"),
            "planner_agent": AgentStatistics(agent="PlannerAgent"),
        }

    async def component_health(self) -> dict[ComponentName, str]:
        """As set."""
        return dict(self.components)

    async def agent_statistics(self) -> dict[str, AgentStatistics]:
        """As set."""
        return dict(self.agents)


class IdleSimulator:
    """Has no history: nothing would differ."""

    async def simulate(
        self, request: SimulationRequest, progress: Progress | None = None
    ) -> SimulationReport:
        """Of no days."""
        if progress:
            progress(0, 0)
        span = (request.first_day, request.last_day)
        return SimulationReport.of([], [], ("", ""), span)


class InMemoryLimits:
    """One count for everybody who shares this object."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._now = clock
        self._used: dict[tuple[str, int], int] = {}
        self._seats: dict[str, dict[str, int]] = {}

    async def lease(self, caller: str, limit: int, window_s: int, wanted: int) -> Lease:
        """Up to `wanted` of what is left."""
        window = math.floor(self._now() / window_s)
        used = self._used.get((caller, window), 0)
        granted = max(0, min(wanted, limit - used))
        self._used[caller, window] = used + granted
        return Lease(
            granted=granted,
            limit=limit,
            remaining=limit - used - granted,
            resets_at=float((window + 1) * window_s),
        )

    async def seat(self, holder: str, seats: Mapping[str, int]) -> dict[str, int]:
        """What each of these callers holds in all."""
        self._seats.setdefault(holder, {}).update(seats)
        return {
            caller: sum(held.get(caller, 0) for held in self._seats.values()) for caller in seats
        }


def nothing_seen() -> Assessment:
    """The verdict on an ordinary scene."""
    return Assessment(
        type=IncidentType.NORMAL,
        severity=Severity.LOW,
        confidence=97.0,
        reasoning="Nobody is in view",
        captured_at=datetime.now(UTC),
    )


def in_memory_runtime(
    verdicts: Sequence[Verdict] = (),
    *,
    vision: Vision | None = None,
    planner: Planner | None = None,
    store: Store | None = None,
    dispatcher: Dispatcher | None = None,
    events: Events | None = None,
    monitor: Monitor | None = None,
    limits: Limits | None = None,
    vault: Vault | None = None,
    simulator: Simulator | None = None,
    policies: Policies | None = None,
) -> Runtime:
    """A whole runtime of doubles; any of them can be given."""
    kept = store or InMemoryStore()
    return Runtime(
        vision=vision or ScriptedVision(*verdicts),
        planner=planner or FixedPlanner(),
        store=kept,
        dispatcher=dispatcher or SimulatingDispatcher(kept),
        events=events or InMemoryEvents(),
        monitor=monitor or FixedMonitor(),
        limits=limits or InMemoryLimits(),
        vault=vault or InMemoryVault(kept),
        simulator=simulator or IdleSimulator(),
        policies=policies or InMemoryPolicies(),
    )
