"""The chain of records on disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import apsw
import pytest

from aegis.domain.assessment import Assessment
from aegis.errors import ConfigurationError, ServiceUnavailable, StorageDamaged, StoreFenced
from data.change import CHANGES, IncidentDeleted, IncidentOpened
from data.entry import Entry
from data.journal import Journal
from data.mark import Mark, MarkEntry
from data.sql import load_queries
from data.sqlite_file import SqliteFile

T0 = datetime(2026, 3, 4, 13, tzinfo=UTC)
Make = Callable[..., Assessment]


class Held(Mark):
    kind: ClassVar[str] = "test_held"

    reason: str


class Tuned(Mark):
    kind: ClassVar[str] = "test_tuned"

    factor: float


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    yield journal
    journal.close()


@pytest.fixture
def opened(make_assessment: Make) -> Callable[..., Entry]:
    def make(number: int, key: str | None = None, reasoning: str = "Seen") -> Entry:
        change = IncidentOpened(assessment=make_assessment(reasoning=reasoning))
        return Entry.of(f"incident_{number}", T0, change, key)

    return make


def test_an_empty_journal_is_intact(journal: Journal) -> None:
    assert (journal.head_seq, journal.read(), journal.verify().is_intact) == (0, [], True)
    assert (journal.last_opened(), journal.outcome_of("k")) == (None, None)


def test_what_was_appended_is_read_back_by_another_process_eye(
    journal: Journal, path: Path, opened: Callable[..., Entry]
) -> None:
    entries = [
        opened(1, "a"),
        opened(2),
        Entry.of("incident_1", T0, IncidentDeleted(created_before=T0)),
    ]
    journal.append(entries[:2])
    journal.append(entries[2:])
    other = Journal(path)
    assert [row.entry for row in other.read()] == entries
    assert [row.seq for row in other.read(after_seq=1)] == [2, 3]
    assert [row.seq for row in other.history("incident_1")] == [1, 3]
    assert [row.seq for row in other.history("incident_1", up_to_seq=2)] == [1]
    assert other.last_opened() == "incident_2"
    assert other.opened_under("yard", 5) == ["incident_2", "incident_1"]
    assert (other.head_seq, other.verify().records) == (3, 3)
    other.close()


def test_a_key_finds_its_record(journal: Journal, opened: Callable[..., Entry]) -> None:
    journal.append([opened(1, "a"), opened(2, "b")])
    row = journal.outcome_of("b")
    assert row is not None
    assert row.incident_id == "incident_2"


def test_a_batch_is_kept_whole_or_not_at_all(
    journal: Journal, opened: Callable[..., Entry]
) -> None:
    journal.append([opened(1, "a")])
    with pytest.raises(ServiceUnavailable):
        journal.append([opened(2, "b"), opened(3, "a")])
    assert journal.head_seq == 1
    journal.append([opened(2, "b")])
    assert [row.incident_id for row in journal.read()] == ["incident_1", "incident_2"]
    assert journal.verify().is_intact


class FailsAfterCommit(SqliteFile):
    """What a disk does that gives out between the commit and the answer."""

    @contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        with super().transaction() as connection:
            yield connection
        self.close()
        raise ServiceUnavailable("disk I/O error")


def test_an_error_after_the_commit_is_not_taken_for_a_refusal(
    journal: Journal, path: Path, opened: Callable[..., Entry]
) -> None:
    journal.lead()
    journal._end._file = FailsAfterCommit(path, load_queries("journal_migrations"))
    journal.append([opened(1, "a"), opened(2, "b")])
    journal.append([opened(3, "c")])
    assert (journal.head_seq, journal.verify().records) == (3, 3)


@pytest.mark.parametrize(
    ("tamper", "broken_at"),
    [
        ("UPDATE journal SET payload = replace(payload, 'Seen', 'Sees') WHERE seq = 2", 2),
        ("UPDATE journal SET recorded_at = '2026-03-04T13:00:01.000000+00:00' WHERE seq = 3", 3),
        ("UPDATE journal SET idempotency_key = NULL WHERE seq = 1", 1),
        ("UPDATE journal SET incident_id = 'incident_9' WHERE seq = 2", 2),
        ("UPDATE journal SET hash = upper(hash) WHERE seq = 2", 2),
        ("UPDATE journal SET subject = 'yard' WHERE seq = 2", 2),
        ("UPDATE journal SET request_digest = 'f0' WHERE seq = 3", 3),
        ("DELETE FROM journal WHERE seq = 2", 2),
    ],
)
def test_verify_names_the_record_that_was_touched(
    journal: Journal, opened: Callable[..., Entry], tamper: str, broken_at: int
) -> None:
    journal.append([opened(number, f"k{number}") for number in (1, 2, 3)])
    with journal._writer.transaction() as connection:
        connection.execute(tamper)
        assert connection.changes() == 1
    verdict = journal.verify()
    assert (verdict.broken_at, verdict.is_intact, verdict.records) == (
        broken_at,
        False,
        broken_at - 1,
    )


def test_a_record_that_was_touched_is_no_answer(
    journal: Journal, opened: Callable[..., Entry]
) -> None:
    journal.append([opened(1, "a"), opened(2, "b")])
    journal._writer.ask("UPDATE journal SET payload = replace(payload, 'Seen', 'Sees')")
    with pytest.raises(StorageDamaged, match="Record 2"):
        journal.outcome_of("b")
    with pytest.raises(StorageDamaged, match="Record 1"):
        journal.history("incident_1")


def test_a_second_writer_fences_the_first(
    journal: Journal, path: Path, opened: Callable[..., Entry]
) -> None:
    journal.append([opened(1, "a")])
    successor = Journal(path)
    assert successor.lead() == 2
    for _ in range(2):
        with pytest.raises(StoreFenced, match="epoch 2, this one had 1"):
            journal.append([opened(2)])
        with pytest.raises(StoreFenced):
            journal.probe()
    successor.append([opened(2, "b")])
    assert [row.incident_id for row in successor.read()] == ["incident_1", "incident_2"]
    assert successor.verify().is_intact
    successor.close()


def test_a_journal_that_lost_its_end_is_named(path: Path, opened: Callable[..., Entry]) -> None:
    journal = Journal(path)
    journal.append([opened(1), opened(2)])
    journal.close()
    older = path.read_bytes()
    journal = Journal(path)
    journal.append([opened(3)])
    journal.close()
    path.write_bytes(older)
    with pytest.raises(StorageDamaged, match=r"ends at record 2.*journal\.head"):
        Journal(path)
    path.with_name("journal.head").unlink()
    journal = Journal(path)
    assert journal.head_seq == 2
    journal.close()


@pytest.mark.parametrize("content", [b"", b"\xff" * 200, b"7 abc", b"9 " + b"0" * 64 + b" 0\n"])
def test_a_torn_witness_tells_nothing(
    path: Path, opened: Callable[..., Entry], content: bytes
) -> None:
    journal = Journal(path)
    journal.append([opened(1)])
    journal.close()
    path.with_name("journal.head").write_bytes(content)
    journal = Journal(path)
    journal.append([opened(2)])
    assert journal.head_seq == 2
    journal.close()
    Journal(path).close()


def test_one_flipped_bit_in_the_file_is_named(path: Path, opened: Callable[..., Entry]) -> None:
    journal = Journal(path)
    journal.append([opened(number, reasoning=f"Marked {number}!") for number in range(1, 99)])
    journal.close()
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"Marked 40!")] ^= 0x80
    path.write_bytes(raw)
    journal = Journal(path)
    verdict = journal.verify()
    assert verdict.broken_at
    assert 30 < verdict.broken_at <= 40  # the first record on the same page
    assert "checksum" in verdict.reason
    assert "checksum" in journal.find_damage()
    journal.close()


@pytest.mark.parametrize(
    "content", [b"this is no database" * 400, b"SQLite format 3\0" + b"x" * 5000]
)
def test_a_file_that_is_no_journal_is_named_with_a_remedy(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"journal\.sqlite.*backup"):
        Journal(path)


def test_marks_are_read_in_order_by_kind_and_subject(journal: Journal, path: Path) -> None:
    journal.append([MarkEntry.of("incident_7", T0, Held(reason="court"), "a")])
    journal.append(
        [
            MarkEntry.of("incident_8", T0, Held(reason="claim")),
            MarkEntry.of("incident_7", T0, Tuned(factor=2)),
            MarkEntry.of("incident_7", T0, Held(reason="over")),
        ]
    )
    other = Journal(path)
    assert [kept.mark.reason for kept in other.marks(Held)] == ["court", "claim", "over"]
    kept = other.marks(Held, "incident_7")
    assert [(it.seq, it.subject, it.mark.reason) for it in kept] == [
        (1, "incident_7", "court"),
        (4, "incident_7", "over"),
    ]
    assert kept[0].recorded_at == T0
    assert other.marks(Tuned, "incident_8") == []
    assert other.history("incident_7") == []
    other.close()


def test_every_kind_of_change_has_one_name() -> None:
    assert sorted(CHANGES) == [
        "action_recorded",
        "evidence_evicted",
        "hold_placed",
        "hold_released",
        "incident_deleted",
        "incident_extended",
        "incident_opened",
        "plan_attached",
        "status_changed",
    ]


def test_a_probe_writes_to_the_disk_and_changes_nothing(journal: Journal, path: Path) -> None:
    def written() -> bytes:
        return path.with_name(f"{path.name}-wal").read_bytes()

    head, before = journal.head_seq, written()
    journal.probe()
    assert written() != before
    assert journal.head_seq == head
    assert journal.verify().is_intact
