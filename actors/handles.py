"""The named actors as ports: the only file of this room that knows Ray."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import ray
from ray.actor import ActorHandle
from ray.exceptions import GetTimeoutError, RayActorError, RayTaskError

from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Assessment
from aegis.domain.event import Event, EventDraft, EventType
from aegis.domain.incident import (
    CleanupRequest,
    Incident,
    IncidentPage,
    IncidentQuery,
    Recorded,
    StatusUpdate,
)
from aegis.domain.rate_limit import Lease
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.domain.scene_snapshot import SceneSnapshot
from aegis.domain.statistics import AgentStatistics, CallTally, IncidentStatistics
from aegis.errors import AegisError, ServiceUnavailable
from aegis.settings import Settings

if TYPE_CHECKING:  # whoever only holds a handle need not load a database
    from actors.coordinator import Coordinator
    from actors.store_actor import StoreActor

NAMESPACE = "aegis"

Answer = TypeVar("Answer")


class StoreHandle:
    """The one IncidentStore, started by whoever asks first.

    A killed store comes back by itself and the calls under way are repeated; every write
    carries its idempotency key, so a repeated one counts once.
    """

    def __init__(self, settings: Settings, timeout_s: float | None = None) -> None:
        self._settings = settings
        self._timeout_s = timeout_s or settings.request_timeout_s
        self._actor: ActorHandle[StoreActor] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return StoreHandle, (self._settings, self._timeout_s)

    async def record(
        self,
        assessment: Assessment,
        evidence: bytes | None,
        idempotency_key: str,
        strip: tuple[StripFrame, ...] = (),
        request_digest: str | None = None,
    ) -> Recorded:
        """Open an incident or extend the one this frame belongs to."""
        given = (assessment, evidence, idempotency_key, strip, request_digest)
        return cast(Recorded, await self._call("record", *given))

    async def recall(self, idempotency_key: str, request_digest: str) -> Recorded | None:
        """What was recorded under this key before."""
        answer = await self._call("recall", idempotency_key, request_digest)
        return cast(Recorded | None, answer)

    async def attach_plan(self, incident_id: str, plan: ResponsePlan) -> Incident:
        """Keep the plan; the first one wins, unless it is for a lesser event than it is now."""
        return cast(Incident, await self._call("attach_plan", incident_id, plan))

    async def update_status(
        self,
        incident_id: str,
        update: StatusUpdate,
        idempotency_key: str,
        request_digest: str | None = None,
    ) -> Incident:
        """Keep an operator's decision."""
        given = (incident_id, update, idempotency_key, request_digest)
        return cast(Incident, await self._call("update_status", *given))

    async def record_action(
        self, incident_id: str, action: ActionRecord, key: str, request_digest: str | None = None
    ) -> ActionRecord:
        """Keep an action's outcome."""
        answer = await self._call("record_action", incident_id, action, key, request_digest)
        return cast(ActionRecord, answer)

    async def get(self, incident_id: str) -> Incident:
        """Raises IncidentNotFound."""
        return cast(Incident, await self._call("get", incident_id))

    async def find(self, query: IncidentQuery) -> IncidentPage:
        """A page of incidents."""
        return cast(IncidentPage, await self._call("find", query))

    async def cleanup(self, request: CleanupRequest) -> int:
        """How many incidents were deleted."""
        return cast(int, await self._call("cleanup", request))

    async def statistics(self) -> IncidentStatistics:
        """Counts over all kept incidents."""
        return cast(IncidentStatistics, await self._call("statistics"))

    async def read_evidence(self, evidence_path: str) -> bytes:
        """The JPEG at this path."""
        return cast(bytes, await self._call("read_evidence", evidence_path))

    async def health(self) -> str:
        """`ok`, or why not."""
        return cast(str, await self._call("health"))

    async def ask_vault(self, method: str, *arguments: object) -> object:
        """The vault's answer."""
        return await self._call("ask_vault", method, *arguments)

    async def stream_from_vault(self, method: str, *arguments: object) -> AsyncIterator[object]:
        """The vault's answer in pieces; raises ServiceUnavailable when the store is lost."""
        actor: Any = await self._started()
        call = actor.stream_from_vault.options(num_returns="streaming", max_task_retries=0)
        try:
            async for reference in call.remote(method, *arguments):
                yield await reference
        except RayTaskError as error:
            raise _cause_of(error) from error
        except RayActorError as error:
            raise ServiceUnavailable("The answer was interrupted") from error

    async def ask_policies(self, method: str, *arguments: object) -> object:
        """The policy registry's answer."""
        return await self._call("ask_policies", method, *arguments)

    async def _call(self, method: str, *arguments: object) -> object:
        return await _answer(await self._started(), method, arguments, self._timeout_s)

    async def _started(self) -> "ActorHandle[StoreActor]":
        if self._actor is None:
            self._actor = await asyncio.to_thread(start_store, self._settings)
        return self._actor


class CoordinatorHandle:
    """The one Coordinator as Events, Limits and the agents' figures.

    Events are handed over in batches behind the caller's back: publishing never waits.
    """

    def __init__(self) -> None:
        self._actor: ActorHandle[Coordinator] | None = None
        self._drafts: list[EventDraft] = []
        self._sender: asyncio.Task[None] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return CoordinatorHandle, ()

    async def publish(self, event_type: EventType, data: dict[str, Any]) -> None:
        """Tell everybody, soon."""
        self._drafts.append(EventDraft(type=event_type, data=data))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send_drafts())

    async def subscribe(self, since: int | None) -> AsyncIterator[Event]:
        """Events as they come; ends or raises ServiceUnavailable when the Coordinator is lost."""
        actor: Any = await self._started()
        stream = actor.subscribe.options(num_returns="streaming").remote(since)
        try:
            async for reference in stream:
                for event in cast(list[Event], await reference):
                    yield event
        except RayActorError as error:
            raise ServiceUnavailable("The event stream was interrupted") from error

    async def lease(self, caller: str, limit: int, window_s: int, wanted: int) -> Lease:
        """Take up to `wanted` of what the caller has left."""
        return cast(Lease, await self._call("lease", caller, limit, window_s, wanted))

    async def seat(self, holder: str, seats: Mapping[str, int]) -> dict[str, int]:
        """Note a replica's open sockets; answers each caller's in all replicas."""
        return cast(dict[str, int], await self._call("seat", holder, seats))

    async def report(self, tally: CallTally) -> None:
        """Add a replica's calls."""
        await self._call("report", tally)

    async def agent_statistics(self) -> dict[str, AgentStatistics]:
        """The agents' figures, all replicas added up."""
        return cast(dict[str, AgentStatistics], await self._call("agent_statistics"))

    async def keep_scenes(self, snapshots: Sequence[SceneSnapshot]) -> None:
        """Keep these scenes for whichever replica has their cameras next."""
        await self._call("keep_scenes", snapshots)

    async def find_scene(self, camera_id: str) -> SceneSnapshot | None:
        """A camera's scene as it was sent last."""
        return cast("SceneSnapshot | None", await self._call("find_scene", camera_id))

    async def _send_drafts(self) -> None:
        while self._drafts:
            drafts, self._drafts = self._drafts, []
            await self._call("publish", drafts)

    async def _call(self, method: str, *arguments: object) -> object:
        return await _answer(await self._started(), method, arguments, 10.0)

    async def _started(self) -> "ActorHandle[Coordinator]":
        if self._actor is None:
            self._actor = await asyncio.to_thread(_start_coordinator)
        return self._actor


async def _answer(
    actor: ActorHandle[Any], method: str, arguments: tuple[object, ...], timeout_s: float
) -> object:
    call = cast(Callable[..., Awaitable[object]], getattr(actor, method).remote)
    try:
        return await asyncio.wait_for(call(*arguments), timeout_s)
    except RayTaskError as error:
        raise _cause_of(error) from error
    except (RayActorError, GetTimeoutError, TimeoutError) as error:
        raise ServiceUnavailable(f"No answer to {method} within {timeout_s:.0f} s") from error


def _cause_of(error: RayTaskError) -> Exception:
    cause = error.cause
    return cause if isinstance(cause, AegisError) else error


def start_store(settings: Settings) -> "ActorHandle[StoreActor]":
    """The store's actor, started if nobody did before; it answers when it has read its files."""
    from actors.store_actor import StoreActor  # noqa: PLC0415

    resources = {settings.store_resource: 0.001} if settings.store_resource else {}
    return _start(StoreActor, "incident_store", (settings,), resources)


def _start_coordinator() -> "ActorHandle[Coordinator]":
    from actors.coordinator import Coordinator  # noqa: PLC0415

    return _start(Coordinator, "coordinator", (), {})


def _start(
    plain: type[Answer], name: str, arguments: tuple[object, ...], resources: dict[str, float]
) -> ActorHandle[Answer]:
    actor = ray.remote(plain).options(
        name=name,
        namespace=NAMESPACE,
        lifetime="detached",
        get_if_exists=True,
        num_cpus=0,
        resources=resources,
        max_restarts=-1,
        max_task_retries=-1,
        max_concurrency=1000,
    )
    return cast("ActorHandle[Answer]", actor.remote(*arguments))
