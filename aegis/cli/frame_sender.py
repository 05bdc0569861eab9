"""Sends frames one after another, and keeps count."""

import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aegis.api.schemas import AnalyzeResponse
from aegis.cli.sampled_frame import SampledFrame
from aegis.client.aegis_client import AegisClient
from aegis.errors import AegisError, Forbidden, InvalidApiKey, ServiceUnavailable

_UNREACHABLE_AFTER = 3


@dataclass(slots=True)
class Tally:
    """What became of the frames so far; elapsed_s: since the first was sent."""

    sent: int = 0
    failed: int = 0
    elapsed_s: float = 0.0

    @property
    def frames_per_second(self) -> float:
        """Answered frames a second."""
        return self.sent / self.elapsed_s if self.elapsed_s else 0.0


class FrameSender:
    """One camera's frames in order, each with its time; a refused frame is counted and passed over.

    starts_at: time of the first frame; None stamps each frame when it is sent, as live sources
    want. A stream of a run has keys of its own, so that a repeated request counts once.
    """

    def __init__(
        self,
        client: AegisClient,
        camera_id: str,
        location: str | None,
        starts_at: datetime | None,
    ) -> None:
        self.tally = Tally()
        self._client = client
        self._camera_id = camera_id
        self._location = location
        self._starts_at = starts_at
        self._run = uuid.uuid4().hex[:12]
        self._in_a_row = 0

    def send(self, frames: Iterable[SampledFrame]) -> Iterator[AnalyzeResponse | AegisError]:
        """The answer to each frame, or why there is none.

        Raises InvalidApiKey and Forbidden at once, ServiceUnavailable when the server does not
        answer three frames in a row.
        """
        start = time.monotonic()
        for frame in frames:
            outcome = self._send_one(frame)
            self._count(outcome, time.monotonic() - start)
            yield outcome

    def _send_one(self, frame: SampledFrame) -> AnalyzeResponse | AegisError:
        try:
            return self._client.analyze(
                frame.image,
                camera_id=self._camera_id,
                location=self._location,
                frame_number=frame.number,
                timestamp=self._captured_at(frame),
                idempotency_key=f"watch-{self._run}-{frame.number}",
            )
        except (InvalidApiKey, Forbidden):
            raise
        except AegisError as error:
            self._in_a_row = self._in_a_row + 1 if isinstance(error, ServiceUnavailable) else 0
            if self._in_a_row >= _UNREACHABLE_AFTER:
                raise
            return error

    def _captured_at(self, frame: SampledFrame) -> datetime:
        if self._starts_at is None:
            return datetime.now(UTC)
        return self._starts_at + timedelta(seconds=frame.time_s)

    def _count(self, outcome: AnalyzeResponse | AegisError, elapsed_s: float) -> None:
        self.tally.elapsed_s = elapsed_s
        if isinstance(outcome, AegisError):
            self.tally.failed += 1
        else:
            self.tally.sent += 1
            self._in_a_row = 0


def pace(frames: Iterable[SampledFrame]) -> Iterator[SampledFrame]:
    """The same frames, none before its time."""
    start = time.monotonic()
    for frame in frames:
        time.sleep(max(0.0, start + frame.time_s - time.monotonic()))
        yield frame
