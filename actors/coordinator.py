"""What all replicas share and may lose: events, rate-limit leases, agents' figures."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime

from actors.scene_shelf import SceneShelf
from actors.seat_count import SeatCount
from aegis.domain.event import Event, EventDraft
from aegis.domain.rate_limit import Lease
from aegis.domain.scene_snapshot import SceneSnapshot
from aegis.domain.statistics import AgentStatistics, CallTally

_BACKLOG = 10_000
_SUBSCRIBER_QUEUE = 2_000


class Coordinator:
    """One for the whole system, asynchronous, in memory only.

    Sequence numbers start at the clock's milliseconds, so they keep growing when the
    Coordinator is restarted and a client's `since` stays meaningful.
    """

    def __init__(self) -> None:
        self._next_seq = time.time_ns() // 1_000_000
        self._backlog: deque[Event] = deque(maxlen=_BACKLOG)
        self._subscribers: set[asyncio.Queue[Event]] = set()
        self._windows: dict[tuple[str, int], tuple[float, int]] = {}
        self._seats = SeatCount()
        self._tallies: dict[str, CallTally] = {}
        self._scenes = SceneShelf()
        self._started = time.monotonic()

    async def publish(self, drafts: Sequence[EventDraft]) -> None:
        """Number the events, keep them for late listeners, hand them to the present ones."""
        for draft in drafts:
            event = Event(
                type=draft.type,
                data=draft.data,
                seq=self._next_seq,
                timestamp=datetime.now(UTC),
            )
            self._next_seq += 1
            self._backlog.append(event)
            for queue in tuple(self._subscribers):
                self._offer(queue, event)

    async def subscribe(self, since: int | None) -> AsyncIterator[list[Event]]:
        """Batches of events after `since` as far as the backlog reaches, then as they come.

        A subscriber that falls 2,000 events behind is ended and may come back with `since`.
        An empty first batch says that the subscription stands.
        """
        queue: asyncio.Queue[Event] = asyncio.Queue(_SUBSCRIBER_QUEUE)
        missed = [] if since is None else [event for event in self._backlog if event.seq > since]
        self._subscribers.add(queue)
        try:
            yield missed
            while queue in self._subscribers or not queue.empty():
                batch = [await queue.get()]
                while not queue.empty():
                    batch.append(queue.get_nowait())
                yield batch
        finally:
            self._subscribers.discard(queue)

    async def lease(self, caller: str, limit: int, window_s: int, wanted: int) -> Lease:
        """Grant up to `wanted` of what is left in the caller's present window."""
        now = time.time()
        window = int(now // window_s)
        self._forget_old_windows(now)
        resets_at = (window + 1) * float(window_s)
        used = self._windows.get((caller, window), (resets_at, 0))[1]
        granted = max(0, min(wanted, limit - used))
        self._windows[caller, window] = (resets_at, used + granted)
        return Lease(
            granted=granted, limit=limit, remaining=limit - used - granted, resets_at=resets_at
        )

    async def seat(self, holder: str, seats: Mapping[str, int]) -> dict[str, int]:
        """Note a replica's open sockets by caller; answers each caller's in all replicas."""
        return self._seats.seat(holder, seats, time.monotonic())

    async def report(self, tally: CallTally) -> None:
        """Add a replica's calls to its agent's figures."""
        known = self._tallies.get(tally.agent)
        self._tallies[tally.agent] = known + tally if known else tally

    async def agent_statistics(self) -> dict[str, AgentStatistics]:
        """By `vision_agent` and `planner_agent`, since the Coordinator started."""
        hours = (time.monotonic() - self._started) / 3600
        return {
            key: _summarize(self._tallies.get(agent, CallTally(agent=agent)), hours)
            for key, agent in (("vision_agent", "VisionAgent"), ("planner_agent", "PlannerAgent"))
        }

    async def keep_scenes(self, snapshots: Sequence[SceneSnapshot]) -> None:
        """Keep these scenes for whichever replica has their cameras next."""
        self._scenes.keep(snapshots)

    async def find_scene(self, camera_id: str) -> SceneSnapshot | None:
        """A camera's scene as it was sent last, at most some seconds old."""
        return self._scenes.find(camera_id)

    def _offer(self, queue: asyncio.Queue[Event], event: Event) -> None:
        try:
            queue.put_nowait(event)
        except asyncio.QueueFull:
            self._subscribers.discard(queue)

    def _forget_old_windows(self, now: float) -> None:
        if len(self._windows) > 10_000:
            self._windows = {key: it for key, it in self._windows.items() if it[0] > now}


def _summarize(tally: CallTally, uptime_hours: float) -> AgentStatistics:
    calls = max(tally.calls, 1)
    return AgentStatistics(
        agent=tally.agent,
        total_calls=tally.calls,
        total_errors=tally.errors,
        error_rate=round(tally.errors / calls, 3),
        avg_response_time_ms=round(1000 * tally.busy_s / calls, 1),
        uptime_hours=round(uptime_hours, 3),
    )
