"""One memory without threads, on a clock that the test turns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aegis.domain.assessment import Assessment, IncidentType, Severity, Subject
from aegis.domain.incident import Incident
from data.commands import Command
from data.evidence import EvidenceFolder
from data.frame_commands import RecordFrame
from data.incident_views import IncidentViews
from data.incident_writer import IncidentWriter
from data.journal import Journal
from data.live_incidents import LiveIncidents
from tests.unit.data.filled_memory import fill

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MakeAssessment = Callable[..., Assessment]


@pytest.fixture(scope="session")
def make_assessment() -> MakeAssessment:
    """An assessment `at` seconds after noon."""

    def make(at: float = 0, **changes: Any) -> Assessment:
        subject = Subject(description="Person in red", behavior="walking", location="Gate")
        given = {
            "type": IncidentType.INTRUSION,
            "severity": Severity.MEDIUM,
            "confidence": 70.0,
            "reasoning": "A person stands in the yard",
            "captured_at": NOON + timedelta(seconds=at),
            "subjects": (subject,),
            "camera_id": "CAM_01",
            "grouping_key": "yard",
            "quiet_gap_s": 60.0,
            "facts": {"dwell_s": 4.5, "zones": ("yard", "gate")},
        }
        return Assessment.model_validate(given | changes)

    return make


@dataclass
class Memory:
    """The writing and the reading side over one folder."""

    root: Path
    now: datetime = NOON
    keys: int = 0
    journal: Journal = field(init=False)
    evidence: EvidenceFolder = field(init=False)
    live: LiveIncidents = field(init=False)
    writer: IncidentWriter = field(init=False)
    views: IncidentViews = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.journal = Journal(self.root / "journal.sqlite")
        self.evidence = EvidenceFolder(self.root / "evidence")
        self.live = LiveIncidents(self.journal, capacity=8)
        self.writer = IncidentWriter(self.journal, self.evidence, self.live, lambda: self.now)
        self.views = IncidentViews(self.root / "views.duckdb", self.journal)

    def close(self) -> None:
        self.views.close()
        self.evidence.close()
        self.journal.close()

    def do(self, *commands: Command[Any]) -> list[Any]:
        return self.writer.commit(commands)

    def record(self, assessment: Assessment, evidence: bytes | None = None) -> Incident:
        self.keys += 1
        (recorded,) = self.do(RecordFrame(assessment, evidence, f"auto-{self.keys}"))
        incident: Incident = recorded.incident
        return incident


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    memory = Memory(tmp_path)
    yield memory
    memory.close()


@pytest.fixture(scope="session")
def open_memory() -> Callable[[Path], Memory]:
    return Memory


@pytest.fixture
def own(memory: Any, make_assessment: MakeAssessment) -> Any:
    """A filled memory that one test may spoil."""
    return fill(memory, make_assessment)
