"""One subscription for a whole replica, handed on to its sockets."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from aegis.api.errors import error_object
from aegis.api.stream_message import StreamMessage, make_message, message_of
from aegis.domain.event import Event, EventType
from aegis.errors import EventsMissed
from aegis.ports import Events

_BACKLOG = 10_000
_QUEUE = 1_000
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_CATCHING_UP_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Listener:
    """One socket's queue; who lets it fill up is told so by `is_too_slow` and gets no more.

    after: events up to this one it has seen already, in another replica perhaps.
    """

    after: int = 0
    queue: asyncio.Queue[StreamMessage] = field(default_factory=lambda: asyncio.Queue(_QUEUE))
    is_too_slow: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, message: StreamMessage) -> None:
        """Never waits."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.is_too_slow.set()


class EventHub:
    """Follows the events, keeps the last 10,000, and hands each to every listener.

    A subscription that breaks is taken up again after the last event seen; if events were lost
    in between, every listener is told by an `error` message.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._listeners: set[Listener] = set()
        self._backlog: deque[StreamMessage] = deque(maxlen=_BACKLOG)
        self._complete_since = 0
        self._last_seq = 0
        self._has_caught_up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def last_seq(self) -> int:
        """Of the newest event seen; 0 before the first."""
        return self._last_seq

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def start(self) -> None:
        """Begin to follow; once is enough."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End the subscription."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def join(self, since: int | None) -> tuple[Listener, Sequence[StreamMessage]]:
        """A new listener and what it missed; nothing lies between the two.

        When the backlog does not reach back to `since`, the first message says so.
        """
        self.start()
        if since is not None and not self._has_caught_up.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_caught_up.wait(), _CATCHING_UP_S)
        missed = self._missed(since)
        is_told_of_gap = bool(missed) and missed[0].type is EventType.ERROR
        listener = Listener(0 if since is None or is_told_of_gap else since)
        self._listeners.add(listener)
        return listener, missed

    def leave(self, listener: Listener) -> None:
        """Nothing more for this one."""
        self._listeners.discard(listener)

    def broadcast(self, message: StreamMessage) -> None:
        """To all listeners of this replica; not kept."""
        for listener in self._listeners:
            listener.offer(message)

    async def _follow(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                async for event in self._events.subscribe(self._last_seq):
                    pause_s = _FIRST_PAUSE_S
                    self._take(event)
            except Exception as error:  # noqa: BLE001 - whatever broke it, it is taken up again
                _log.warning("event_stream_broke", error=type(error).__name__)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _take(self, event: Event) -> None:
        if event.seq <= self._last_seq:
            return
        if self._last_seq == 0:
            self._complete_since = event.seq - 1
        elif event.seq != self._last_seq + 1:
            self._complete_since = event.seq - 1
            self.broadcast(_gap(self._last_seq, event.seq, self._last_seq))
        self._last_seq = event.seq
        message = message_of(event)
        if len(self._backlog) == _BACKLOG:
            self._complete_since = max(self._complete_since, self._backlog[0].seq)
        self._backlog.append(message)
        for listener in self._listeners:
            if event.seq > listener.after:
                listener.offer(message)
        self._has_caught_up.set()

    def _missed(self, since: int | None) -> Sequence[StreamMessage]:
        if since is None:
            return ()
        missed = [message for message in self._backlog if message.seq > since]
        is_ahead = since > self._last_seq + _BACKLOG
        if since < self._complete_since or is_ahead:
            return [_gap(since, missed[0].seq if missed else self._last_seq + 1, since), *missed]
        return missed


def _gap(since: int, next_seq: int, seq: int) -> StreamMessage:
    error = EventsMissed(
        "Some events are no longer kept; read the incidents anew",
        {"since": since, "next": next_seq},
    )
    return make_message(EventType.ERROR, error_object(error).model_dump(), seq)
