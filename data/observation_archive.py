"""What the cameras saw, in the archive: written on the side, compacted, replayed."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import structlog

from aegis.domain.observation import Observation
from aegis.errors import AegisError
from data.archive_folder import ArchiveDamaged, ArchiveFolder

DATASET = "observations"
_SCHEMA = pa.schema(
    [
        ("captured_at", pa.timestamp("us", tz="UTC")),
        ("camera_id", pa.string()),
        ("location", pa.string()),
        ("frame_number", pa.int64()),
        ("visit", pa.int64()),
        ("model", pa.string()),
        ("labels", pa.list_(pa.string())),
        ("track_ids", pa.list_(pa.int64())),
        ("observation", pa.string()),
    ]
)
_MOST_WAITING = 20_000
_log = structlog.get_logger(__name__)


class ObservationSink:
    """Takes observations in passing and writes them every `period_s` from a thread of its own.

    `offer` never waits and never raises: of a camera it keeps one in `sample_s` seconds of
    the camera's own time, and when the disk does not follow it forgets the oldest, aloud.
    A killed process loses at most one period.
    """

    def __init__(self, folder: ArchiveFolder, sample_s: float, period_s: float = 10.0) -> None:
        self._folder = folder
        self._apart = timedelta(seconds=sample_s)
        self._period_s = period_s
        self._last: dict[str, Observation] = {}
        self._waiting: deque[Observation] = deque(maxlen=_MOST_WAITING)
        self._lost = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="observations", daemon=True)
        self._thread.start()

    def offer(self, observation: Observation) -> None:
        """Keep it, if it is a camera's and the last one kept is old enough."""
        camera = observation.camera_id
        if camera is None or observation.is_late:
            return
        last = self._last.get(camera)
        if last and last.captured_at <= observation.captured_at < last.captured_at + self._apart:
            return
        self._last[camera] = observation
        if len(self._waiting) == _MOST_WAITING:
            self._lost += 1
        self._waiting.append(observation)

    def flush(self) -> int:
        """Write what waits; how many. Raises ServiceUnavailable, and then they wait on."""
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            for day, some in _by_day(taken).items():
                self._folder.add(DATASET, day, tabulate_observations(some))
        except AegisError:
            room = _MOST_WAITING - len(self._waiting)
            self._waiting.extendleft(reversed(taken[-room:] if room else []))
            raise
        return len(taken)

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(self._period_s):
            self._try_flush()
        self._try_flush()

    def _try_flush(self) -> None:
        try:
            if self._waiting:
                self.flush()
        except AegisError as error:
            _log.warning("observations_wait", waiting=len(self._waiting), reason=error.message)
        if self._lost:
            _log.warning("observations_lost", count=self._lost)
            self._lost = 0


def tabulate_observations(observations: Iterable[Observation]) -> pa.Table:
    """One a row, by camera and time; `observation` is all of it as JSON."""
    ordered = sorted(observations, key=lambda it: (it.camera_id or "", it.captured_at))
    rows = [
        {
            "captured_at": it.captured_at,
            "camera_id": it.camera_id,
            "location": it.location,
            "frame_number": it.frame_number,
            "visit": it.visit,
            "model": it.model,
            "labels": [subject.label for subject in it.subjects],
            "track_ids": [subject.track_id for subject in it.subjects],
            "observation": it.model_dump_json(),
        }
        for it in ordered
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def compact_observations(folder: ArchiveFolder, before: date, kept_from: date | None) -> int:
    """One file for each closed day, and no day before `kept_from`; how many days changed.

    A damaged file is put aside: what it held is lost, and the log names it.
    """
    changed = 0
    for day in folder.days(DATASET):
        if kept_from and day < kept_from:
            folder.delete(DATASET, day)
            changed += 1
        elif day < before and len(folder.files(DATASET, day)) > 1:
            tables = list(_sound_tables(folder, day))
            whole = pa.concat_tables(tables).sort_by(
                [("camera_id", "ascending"), ("captured_at", "ascending")]
            )
            folder.replace(DATASET, day, whole)
            changed += 1
    return changed


def read_observations(
    folder: ArchiveFolder, day: date, camera_id: str | None = None
) -> Iterator[Observation]:
    """A day's observations, by camera and time; raises ArchiveDamaged before the first."""
    tables = list(folder.read(DATASET, day, ["captured_at", "camera_id", "observation"]))
    if not tables:
        return
    whole = pa.concat_tables(tables).sort_by(
        [("camera_id", "ascending"), ("captured_at", "ascending")]
    )
    if camera_id is not None:
        whole = whole.filter(pc.equal(whole["camera_id"], camera_id))
    for text in whole["observation"]:
        yield Observation.model_validate_json(text.as_py())


def _sound_tables(folder: ArchiveFolder, day: date) -> Iterator[pa.Table]:
    for file in folder.files(DATASET, day):
        try:
            yield folder.read_file(DATASET, day, file)
        except ArchiveDamaged as error:
            folder.quarantine(error.path)


def _by_day(observations: Sequence[Observation]) -> dict[date, list[Observation]]:
    days: dict[date, list[Observation]] = {}
    for observation in observations:
        days.setdefault(observation.captured_at.date(), []).append(observation)
    return days
