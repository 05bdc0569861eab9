"""What would differ under other rules, over an archive on disk."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from actors.replay_job import ReplayJob, run_job
from actors.simulator import Simulator
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import IncidentStatus, StatusUpdate
from aegis.domain.policy import KeptPolicy, PolicyState, PolicyTexts, Verdict
from aegis.domain.response import ActionRecord, ActionStatus, ActionType
from aegis.domain.simulation import (
    AlertChange,
    Progress,
    ReplayedDay,
    SimulationReport,
    SimulationRequest,
)
from aegis.errors import ValidationFailed
from aegis.settings import Settings
from aegis.testing.in_memory_store import InMemoryStore
from data.archive_folder import ArchiveFolder
from data.observation_archive import DATASET, tabulate_observations
from tests.unit.actors.test_replay import NOON, RULES, seen

DAY = NOON.date()


async def run_here(jobs: Sequence[ReplayJob], progress: Progress) -> list[ReplayedDay]:
    days = []
    for job in jobs:
        days.append(run_job(job))
        progress(len(days), len(jobs))
    return days


class History:
    """Two days: on the first somebody stays 30 s before CAM_01, on the second 8 s."""

    def __init__(self, root: Path) -> None:
        rules = root / "rules.yaml"
        rules.write_text(RULES.format(dwell=5.0))
        self.root = root / "archive"
        self.store = InMemoryStore()
        self.settings = Settings(_env_file=None, data_dir=root, rules_file=rules)
        self.state: PolicyState | None = None
        folder = ArchiveFolder(str(self.root))
        later = timedelta(days=1).total_seconds()
        folder.add(DATASET, DAY, tabulate_observations(seen(it, it) for it in range(31)))
        second = [seen(later + it, it) for it in range(9)]
        folder.add(DATASET, DAY + timedelta(days=1), tabulate_observations(second))

    def confirm(self, second: float, camera: str = "CAM_01") -> str:
        async def work() -> str:
            moment = NOON + timedelta(seconds=second)
            found = Assessment(
                type=IncidentType.SUSPICIOUS_BEHAVIOR, severity=Severity.MEDIUM, confidence=80,
                reasoning="Somebody stays", captured_at=moment, camera_id=camera, rule="stays",
            )  # fmt: skip
            kept = await self.store.record(found, None, f"{second} {camera}")
            taken = ActionRecord(
                action_id="a", action=ActionType.ALERT_SECURITY, status=ActionStatus.COMPLETED,
                timestamp=datetime.now(UTC),
            )  # fmt: skip
            await self.store.record_action(kept.incident.id, taken, f"a{second} {camera}")
            done = StatusUpdate(status=IncidentStatus.RESOLVED)
            await self.store.update_status(kept.incident.id, done, f"s{second} {camera}")
            return kept.incident.id

        return asyncio.run(work())

    def simulate(self, policy: str, first: date = DAY, days: int = 7) -> SimulationReport:
        request = SimulationRequest(
            policy=policy, first_day=first, last_day=first + timedelta(days=days)
        )

        async def ask() -> PolicyState | None:
            return self.state

        simulator = Simulator(self.settings, self.store, run_here, ask)
        return asyncio.run(simulator.simulate(request))


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def test_the_same_rules_change_nothing(history: History) -> None:
    history.confirm(10)
    report = history.simulate(RULES.format(dwell=5.0))
    assert (report.days, report.frames) == (2, 40)
    assert (report.alerts_before, report.alerts_after) == (2, 2)
    assert (report.changes, report.lost) == ((), ())
    assert report.policy_before == report.policy_after


def test_stricter_rules_lose_alerts_incidents_and_actions(history: History) -> None:
    history.confirm(10)
    lost = history.confirm(86_400 + 6)
    history.confirm(10, "CAM_09")
    report = history.simulate(RULES.format(dwell=20.0))
    assert report.changes == (AlertChange(rule="stays", camera_id="CAM_01", before=2, after=1),)
    assert [it.id for it in report.lost] == [lost]
    assert report.actions_not_taken == {"alert_security": 1}
    assert report.unseen == 1


def test_looser_rules_raise_more_and_lose_nothing(history: History) -> None:
    history.settings = history.settings.model_copy(
        update={"rules_file": write(history, RULES.format(dwell=20.0))}
    )
    report = history.simulate(RULES.format(dwell=5.0))
    assert (report.alerts_before, report.alerts_after) == (1, 2)
    assert report.lost == ()


def in_force(rules: str, verdicts: int = 0) -> PolicyState:
    policy = KeptPolicy(
        number=1, author="a", source="api", policy_version="v", digest="d", accepted_at=NOON,
        texts=PolicyTexts(rules=rules, site="feedback: {highest: 100, step: 10}", playbooks=""),
    )  # fmt: skip
    wrong = tuple(
        Verdict(
            rule="stays", camera_id="CAM_01", incident_id=f"incident_{it}", is_confirmed=False,
            decided_at=NOON,
        )
        for it in range(verdicts)
    )  # fmt: skip
    return PolicyState(mark="1", policy=policy, file_digests={}, verdicts=wrong)


def test_the_policy_in_force_is_the_kept_one_not_the_file(history: History) -> None:
    history.state = in_force(RULES.format(dwell=20.0))
    report = history.simulate(RULES.format(dwell=5.0))
    assert (report.alerts_before, report.alerts_after) == (1, 2)
    assert report.policy_before != report.policy_after


def test_verdicts_weigh_on_the_rules_in_force_and_on_those_asked_about(history: History) -> None:
    history.state = in_force(RULES.format(dwell=5.0), verdicts=9)
    report = history.simulate(RULES.format(dwell=4.0))
    assert (report.alerts_before, report.alerts_after) == (0, 0)
    safe = RULES.format(dwell=4.0) + "    life_safety: true\n"
    assert history.simulate(safe).alerts_after == 2


def test_only_the_days_asked_for_are_replayed(history: History) -> None:
    assert history.simulate(RULES.format(dwell=5.0), DAY + timedelta(days=1), 0).days == 1
    assert history.simulate(RULES.format(dwell=5.0), DAY + timedelta(days=5), 1).days == 0


def test_a_damaged_day_is_told_and_left_out(history: History) -> None:
    (file,) = (history.root / DATASET / f"date={DAY}").glob("*.parquet")
    content = bytearray(file.read_bytes())
    content[50] ^= 1
    file.write_bytes(content)
    report = history.simulate(RULES.format(dwell=5.0))
    assert report.damaged_days == (DAY,)
    assert report.frames == 9


@pytest.mark.parametrize("policy", ["", "rules: [", RULES.format(dwell="'x'"), "version: 9"])
def test_a_policy_that_is_none_is_refused(history: History, policy: str) -> None:
    with pytest.raises(ValidationFailed):
        history.simulate(policy)
    with pytest.raises(ValidationFailed):
        history.simulate(RULES.format(dwell=5.0), DAY, -1)


def write(history: History, text: str) -> Path:
    file = history.root.parent / "other.yaml"
    file.write_text(text)
    return file
