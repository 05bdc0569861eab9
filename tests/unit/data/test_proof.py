"""Evidence that verifies offline, and what happens when somebody touches it."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentStatus, StatusUpdate
from aegis.domain.proof import ProofVerdict
from aegis.domain.response import ActionRecord, ActionStatus, ActionType, ResponsePlan
from aegis.errors import IncidentNotFound, ServiceUnavailable, ValidationFailed
from data.commands import AttachPlan, DeleteIncidents, RecordAction, UpdateStatus
from data.frame_commands import RecordFrame
from data.proof import ProofOffice
from data.proof_check import verify_evidence

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
Make = Callable[..., Assessment]


@pytest.fixture
def office(memory: Any) -> ProofOffice:
    return ProofOffice(memory.journal, memory.evidence.read, lambda: memory.now)


@pytest.fixture
def settled(memory: Any, make_assessment: Make) -> str:
    """An incident with everything, its records apart from each other in the journal."""
    strip = tuple(StripFrame(NOON + timedelta(seconds=it), b"%d" % it) for it in range(3))
    (recorded,) = memory.do(RecordFrame(make_assessment(), b"best", "k", strip))
    incident_id: str = recorded.incident.id
    taken = ActionRecord(
        action_id="action_1",
        action=ActionType.LOCK_DOORS,
        status=ActionStatus.COMPLETED,
        timestamp=memory.now,
    )
    memory.record(make_assessment(grouping_key=None))
    memory.do(AttachPlan(incident_id, ResponsePlan(playbook="p")))
    memory.do(RecordAction(incident_id, taken, "a"))
    for number in range(5):
        memory.record(make_assessment(number, grouping_key=None))
    update = StatusUpdate(status=IncidentStatus.RESOLVED, resolved_by="operator_42")
    memory.do(UpdateStatus(incident_id, update, "s"))
    return incident_id


def failed(verdict: ProofVerdict) -> set[str]:
    return {check.name for check in verdict.checks if not check.holds}


def rewrite(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def rewrite_proof(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    def edit(files: dict[str, bytes]) -> None:
        proof = json.loads(files["proof.json"])
        change(proof)
        files["proof.json"] = json.dumps(proof).encode()

    return rewrite(content, edit)


def test_what_was_issued_verifies(office: ProofOffice, settled: str) -> None:
    verdict = verify_evidence(office.issue(settled))
    assert failed(verdict) == set()
    assert verdict.is_intact
    assert verdict.incident_id == settled
    assert verdict.head is not None
    assert verdict.head.tree_size == 10


def test_a_root_written_down_earlier_still_fits_the_journal_of_that_time(
    memory: Any, office: ProofOffice, settled: str, make_assessment: Make
) -> None:
    anchored = office.head()
    for number in range(7):
        memory.record(make_assessment(number, grouping_key=None))
    assert not verify_evidence(office.issue(settled), anchored.root).is_intact
    then = office.issue(settled, anchored.tree_size)
    assert verify_evidence(then, anchored.root.upper()).is_intact
    assert failed(verify_evidence(then, office.head().root)) == {"anchor"}


@pytest.mark.usefixtures("settled")
def test_a_journal_written_anew_does_not_fit_the_root_written_down(
    office: ProofOffice,
    open_memory: Any,
    make_assessment: Make,
    tmp_path: Any,
) -> None:
    anchored = office.head()
    (tmp_path / "forged").mkdir()
    forged = open_memory(tmp_path / "forged")
    for _ in range(10):
        forged.record(make_assessment(confidence=1.0))
    forger = ProofOffice(forged.journal, forged.evidence.read, lambda: forged.now)
    content = forger.issue("incident_1")
    assert verify_evidence(content).is_intact
    assert failed(verify_evidence(content, anchored.root)) == {"anchor"}
    forged.close()


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        (lambda proof: proof["records"][0].update(payload="{}"), "records"),
        (lambda proof: proof["records"][-1].update(recorded_at="2020-01-01"), "records"),
        (lambda proof: proof["records"].pop(1), "order"),
        (lambda proof: proof["records"].pop(), "incident"),
        (lambda proof: proof["records"].pop(0), "incident"),
        (lambda proof: proof["records"].reverse(), "order"),
        (lambda proof: proof["records"].clear(), "records"),
        (lambda proof: proof["head"].update(root="0" * 64), "journal"),
        (lambda proof: proof["head"].update(head_hash="0" * 64), "journal"),
        (lambda proof: proof["head"].update(tree_size=11), "journal"),
        (lambda proof: proof.update(incident_id="incident_2"), "order"),
        (lambda proof: proof.update(format="other"), "file"),
        (lambda proof: proof.pop("head"), "file"),
    ],
)
def test_a_touched_proof_is_noticed(
    office: ProofOffice, settled: str, change: Callable[[dict[str, Any]], None], noticed: str
) -> None:
    assert noticed in failed(verify_evidence(rewrite_proof(office.issue(settled), change)))


@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        (lambda files: files.update({"pictures/incident_1.jpg": b"other"}), "pictures"),
        (lambda files: files.pop("pictures/incident_1.jpg"), "pictures"),
        (lambda files: files.update({"pictures/more.jpg": b""}), "pictures"),
        (
            lambda files: files.update(
                {"incident.json": files["incident.json"].replace(b"resolved", b"active", 1)}
            ),
            "incident",
        ),
        (lambda files: files.update({"incident.json": b"{}"}), "file"),
        (lambda files: files.pop("proof.json"), "file"),
        (lambda files: files.update({"proof.json": b"[" * 100_000}), "file"),
    ],
)
def test_a_touched_file_is_noticed(
    office: ProofOffice, settled: str, change: Callable[[dict[str, bytes]], None], noticed: str
) -> None:
    assert noticed in failed(verify_evidence(rewrite(office.issue(settled), change)))


def test_a_flipped_bit_never_passes_unless_it_changes_nothing(
    office: ProofOffice, settled: str
) -> None:
    content = office.issue(settled)

    def told(files: dict[str, bytes]) -> dict[str, bytes]:
        return {name: data for name, data in files.items() if name != "README.txt"}

    def unpacked(data: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return told({name: archive.read(name) for name in archive.namelist()})

    original = unpacked(content)
    for position in range(0, len(content), 397):
        flipped = bytearray(content)
        flipped[position] ^= 1 << position % 8
        if verify_evidence(bytes(flipped)).is_intact:
            assert unpacked(bytes(flipped)) == original


@pytest.mark.parametrize("content", [b"", b"PK", b"\x00" * 1000])
def test_what_is_no_evidence_is_told_so(content: bytes) -> None:
    assert failed(verify_evidence(content)) == {"file"}


def test_a_bomb_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("proof.json", bytes(200 * 2**20 + 1))
    assert failed(verify_evidence(buffer.getvalue())) == {"file"}


def test_unknown_and_deleted_incidents_and_sizes_are_refused(
    memory: Any, office: ProofOffice, settled: str
) -> None:
    for size in (0, 11):
        with pytest.raises(ValidationFailed):
            office.issue(settled, size)
    memory.do(DeleteIncidents((settled,), memory.now, keep_open=False))
    for incident_id in (settled, "incident_99"):
        with pytest.raises(IncidentNotFound):
            office.issue(incident_id)


def test_a_damaged_journal_issues_nothing(
    memory: Any, office: ProofOffice, settled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory.journal, "hash_at", lambda _: "0" * 64)
    with pytest.raises(ServiceUnavailable):
        office.issue(settled)
