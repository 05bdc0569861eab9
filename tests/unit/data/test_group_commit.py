"""The writing thread."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from aegis.errors import ServiceUnavailable
from data.batch import Batch
from data.group_commit import GroupCommit


@dataclass
class Blocks:
    """Holds the thread until it is let go."""

    started: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def decide(self, batch: Batch) -> Batch:
        self.started.set()
        assert self.released.wait(10)
        return batch


class TellsItsBatch:
    def decide(self, batch: Batch) -> Batch:
        return batch


class Fails:
    def decide(self, batch: Batch) -> Batch:
        raise ZeroDivisionError(batch)


@pytest.fixture
def commits(memory: Any) -> Iterator[GroupCommit]:
    commits = GroupCommit(memory.writer)
    yield commits
    commits.close()


def test_what_waits_is_committed_together(commits: GroupCommit) -> None:
    blocks = Blocks()
    first = commits.submit(blocks)
    assert blocks.started.wait(10)
    waiting = [commits.submit(TellsItsBatch()) for _ in range(20)]
    given_up = commits.submit(Fails())
    assert given_up.cancel()
    blocks.released.set()
    batches = {id(answer.result(10)) for answer in waiting}
    assert len(batches) == 1
    assert id(first.result(10)) not in batches


def test_one_that_fails_fails_alone(commits: GroupCommit) -> None:
    with pytest.raises(ZeroDivisionError):
        commits.submit(Fails()).result(10)
    assert commits.submit(TellsItsBatch()).result(10)
    assert commits.trouble is None


def test_too_many_waiting_are_refused_at_once(commits: GroupCommit) -> None:
    blocks = Blocks()
    commits.submit(blocks)
    assert blocks.started.wait(10)
    answers = [commits.submit(TellsItsBatch()) for _ in range(4096)]
    with pytest.raises(ServiceUnavailable, match="waiting"):
        commits.submit(TellsItsBatch())
    blocks.released.set()
    assert len({id(answer.result(10)) for answer in answers}) > 1
