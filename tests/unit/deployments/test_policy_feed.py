"""How an agent comes to the newest policies."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from actors.policy_files import PolicyFiles
from aegis.domain.policy import KeptPolicy, PolicyState
from aegis.errors import ConfigurationError, ServiceUnavailable
from aegis.settings import Settings
from deployments.policy_feed import AskState, PolicyFeed

TEXTS = PolicyFiles().read()
Answer = PolicyState | Exception


def state(number: int, site: str) -> PolicyState:
    return PolicyState(
        mark=f"{number}.0",
        policy=KeptPolicy(
            number=number,
            accepted_at=datetime(2026, 3, 4, tzinfo=UTC),
            author="x",
            source="api",
            policy_version="",
            digest="",
            texts=TEXTS.model_copy(update={"site": f"name: {site}\n"}),
        ),
        file_digests={},
    )


class Script:
    """Answers as a store whose state can be set; counts how often it told it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.told = 0

    async def ask(self, known: str | None) -> PolicyState | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        if known == self.answer.mark:
            return None
        self.told += 1
        return self.answer


def run(script: Script, work: Callable[[PolicyFeed], Awaitable[None]]) -> None:
    async def live() -> None:
        feed = PolicyFeed(Settings(), script.ask, period_s=0.01)
        await work(feed)

    asyncio.run(live())


async def until(feed: PolicyFeed, site: str) -> None:
    for _ in range(1000):
        if feed.current.site.name == site:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"{site} is not in force")


def test_a_new_replica_judges_by_the_newest_from_its_first_frame_on() -> None:
    async def work(feed: PolicyFeed) -> None:
        await feed.ready()
        assert feed.current.site.name == "Depot"

    run(Script(state(7, "Depot")), work)


def test_a_change_is_taken_over_while_it_works_and_fetched_once() -> None:
    script = Script(state(1, "Depot"))

    async def work(feed: PolicyFeed) -> None:
        await feed.ready()
        script.answer = state(2, "Yard")
        await until(feed, "Yard")
        await asyncio.sleep(0.05)
        assert script.told == 2

    run(script, work)


@pytest.mark.parametrize("problem", [ServiceUnavailable("gone"), RuntimeError("odd")])
def test_a_store_that_does_not_answer_leaves_in_force_what_is(problem: Exception) -> None:
    script = Script(state(1, "Depot"))

    async def work(feed: PolicyFeed) -> None:
        await feed.ready()
        script.answer = problem
        await asyncio.sleep(0.05)
        assert feed.current.site.name == "Depot"
        script.answer = state(2, "Yard")
        await until(feed, "Yard")

    run(script, work)


def test_a_new_replica_refuses_until_it_knows_what_is_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deployments.policy_feed._FIRST_S", 0.05)
    script = Script(ServiceUnavailable("gone"))

    async def work(feed: PolicyFeed) -> None:
        with pytest.raises(ServiceUnavailable, match="not there yet"):
            await feed.ready()
        script.answer = state(3, "Depot")
        await until(feed, "Depot")
        await feed.ready()

    run(script, work)


def test_nobody_to_ask_means_the_files() -> None:
    feed = PolicyFeed(Settings(), None)
    asyncio.run(feed.ready())
    assert feed.current.site.name == "site"


def test_files_that_are_wrong_are_told_at_the_start(tmp_path: Path) -> None:
    ask: AskState = Script(state(1, "x")).ask
    with pytest.raises(ConfigurationError, match=r"absent\.yaml: cannot be read"):
        PolicyFeed(Settings(rules_file=tmp_path / "absent.yaml"), ask)
