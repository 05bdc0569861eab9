"""What the way of a frame needs from the other rooms."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aegis.domain.analysis import SceneAnalysis, StripFrame
from aegis.domain.assessment import Assessment
from aegis.domain.event import Event, EventType
from aegis.domain.frame import Frame
from aegis.domain.incident import (
    CleanupRequest,
    HoldRequest,
    Incident,
    IncidentPage,
    IncidentQuery,
    Recorded,
    StatusUpdate,
)
from aegis.domain.policy import KeptPolicy, PolicyHistory, PolicyOverview, RuleDetail
from aegis.domain.proof import ProofHead
from aegis.domain.question import ExportForm, SqlAnswer
from aegis.domain.rate_limit import Lease
from aegis.domain.response import ActionRecord, ActionRequest, ResponsePlan
from aegis.domain.scene_snapshot import SceneSnapshot
from aegis.domain.simulation import Progress, SimulationReport, SimulationRequest
from aegis.domain.statistics import (
    AgentStatistics,
    ComponentName,
    IncidentStatistics,
)


class Vision(Protocol):
    """Sees and judges one frame."""

    async def analyze(self, frame: Frame) -> SceneAnalysis:
        """Raises InvalidImage, AnalysisFailed or ServiceUnavailable."""


class Planner(Protocol):
    """Turns an incident into a response."""

    async def plan(self, incident: Incident) -> ResponsePlan:
        """Raises ServiceUnavailable."""


class Store(Protocol):
    """Keeps what happened; what it answered for is on disk. Raises ServiceUnavailable."""

    async def record(
        self,
        assessment: Assessment,
        evidence: bytes | None,
        idempotency_key: str,
        strip: tuple[StripFrame, ...] = (),
        request_digest: str | None = None,
    ) -> Recorded:
        """Open an incident or extend the one this frame belongs to; once for each key.

        strip: small pictures of the moments up to the frame, the last of the frame itself.
        request_digest: of the body under the caller's own key, here and below; another one
        under the same key raises ValidationFailed.
        """

    async def recall(self, idempotency_key: str, request_digest: str) -> Recorded | None:
        """What was recorded under this key before; raises ValidationFailed for another body."""

    async def attach_plan(self, incident_id: str, plan: ResponsePlan) -> Incident:
        """Keep the plan; the first one wins, unless it is for a lesser event than it is now."""

    async def update_status(
        self,
        incident_id: str,
        update: StatusUpdate,
        idempotency_key: str,
        request_digest: str | None = None,
    ) -> Incident:
        """Raises IncidentNotFound."""

    async def record_action(
        self, incident_id: str, action: ActionRecord, key: str, request_digest: str | None = None
    ) -> ActionRecord:
        """Keep an outcome; a key seen before gives the outcome kept then."""

    async def get(self, incident_id: str) -> Incident:
        """Raises IncidentNotFound."""

    async def find(self, query: IncidentQuery) -> IncidentPage:
        """Raises ValidationFailed for a cursor that is not ours."""

    async def cleanup(self, request: CleanupRequest) -> int:
        """How many incidents were deleted, with their evidence."""

    async def statistics(self) -> IncidentStatistics:
        """Counts over all kept incidents."""

    async def read_evidence(self, evidence_path: str) -> bytes:
        """The JPEG at one of an incident's paths; raises NotFound."""


class Vault(Protocol):
    """What keeps incidents trustworthy. Raises ServiceUnavailable."""

    async def set_hold(
        self, incident_id: str, request: HoldRequest, key: str, request_digest: str | None = None
    ) -> Incident:
        """Place a legal hold or release it, once for each key; raises IncidentNotFound.

        request_digest: of what was asked under the caller's own key; raises ValidationFailed
        for the key of something else.
        """

    async def proof_head(self, tree_size: int | None = None) -> ProofHead:
        """The journal in one hash; raises ValidationFailed for a size it never had."""

    async def evidence_zip(self, incident_id: str, tree_size: int | None = None) -> bytes:
        """Everything about an incident, to be verified offline; raises IncidentNotFound."""

    def export(self, query: IncidentQuery, form: ExportForm) -> AsyncIterator[bytes]:
        """All matches in pieces, newest first; limit, offset and cursor do not count."""

    async def sql(self, question: str) -> SqlAnswer:
        """The answer to one SELECT; raises BadRequest when it is wrong or takes too much."""


class Simulator(Protocol):
    """Replays history under other rules."""

    async def simulate(
        self, request: SimulationRequest, progress: Progress | None = None
    ) -> SimulationReport:
        """Raises ValidationFailed for a policy that is none, before any progress is told."""


class Policies(Protocol):
    """What judges, in numbered versions. Raises ServiceUnavailable."""

    async def current(self) -> PolicyOverview:
        """What is in force."""

    async def rule(self, name: str) -> RuleDetail:
        """One rule with its thresholds and why they are where they are; raises NotFound."""

    async def put(self, body: bytes, author: str, key: str) -> KeptPolicy:
        """Put parts, or an old version, into force; all of it or nothing, once for each key.

        Raises ValidationFailed with the place of every mistake, NotFound for a version that
        never was.
        """

    async def versions(self) -> PolicyHistory:
        """Every version, the newest first."""

    async def version(self, number: int) -> KeptPolicy:
        """One version with its texts; raises NotFound."""


class Dispatcher(Protocol):
    """Carries out actions."""

    async def execute(self, request: ActionRequest) -> ActionRecord:
        """Raises IncidentNotFound; a connector that fails is an outcome, not an error."""


class Events(Protocol):
    """Fans events out to every socket of every ingress replica."""

    async def publish(self, event_type: EventType, data: dict[str, Any]) -> None:
        """Never waits for a listener."""

    def subscribe(self, since: int | None) -> AsyncIterator[Event]:
        """Events after `since` as far back as the backlog goes, then new ones as they come."""


class Monitor(Protocol):
    """Knows how the components and the agents fare."""

    async def component_health(self) -> dict[ComponentName, str]:
        """`ok`, or why not, for each component; from cached probes, without inference."""

    async def agent_statistics(self) -> dict[str, AgentStatistics]:
        """By `vision_agent` and `planner_agent`."""


class Limits(Protocol):
    """One count of requests for all ingress replicas."""

    async def lease(self, caller: str, limit: int, window_s: int, wanted: int) -> Lease:
        """Take up to `wanted` of what `caller` has left in this window."""

    async def seat(self, holder: str, seats: Mapping[str, int]) -> dict[str, int]:
        """Note how many sockets a replica holds for callers; answers what each holds in all."""


class SceneArchive(Protocol):
    """Where cameras' scenes survive the replica that has them. Raises ServiceUnavailable."""

    async def keep_scenes(self, snapshots: Sequence[SceneSnapshot]) -> None:
        """Each in the place of its camera's older one."""

    async def find_scene(self, camera_id: str) -> SceneSnapshot | None:
        """The newest one kept."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything the API and the pipeline stand on, composed in one place."""

    vision: Vision
    planner: Planner
    store: Store
    dispatcher: Dispatcher
    events: Events
    monitor: Monitor
    limits: Limits
    vault: Vault
    simulator: Simulator
    policies: Policies
