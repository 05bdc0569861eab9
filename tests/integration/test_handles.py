"""A frame that kills replicas is tried twice, then refused without trying."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self, cast

import pytest
from ray.exceptions import ActorDiedError, RayTaskError
from ray.serve.handle import DeploymentHandle

from aegis.domain.analysis import SceneAnalysis
from aegis.domain.frame import Frame
from aegis.errors import AnalysisFailed, InvalidImage, ServiceUnavailable
from deployments.handles import VisionHandle

FRAME = Frame(b"deadly", datetime(2026, 1, 1, tzinfo=UTC), "req_1", "key", camera_id="CAM_01")


class ServeLikeHandle:
    """What of a DeploymentHandle is used here: options, a method, `.remote`."""

    def __init__(self, *outcomes: object) -> None:
        self.outcomes = list(outcomes)
        self.sessions: list[str] = []
        self.analyze = self

    def options(self, session_id: str) -> Self:
        self.sessions.append(session_id)
        return self

    async def remote(self, _: Frame) -> object:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def _ask(handle: ServeLikeHandle, times: int = 1) -> list[object]:
    vision = VisionHandle(cast(Any, handle), timeout_s=1)

    async def ask() -> list[object]:
        answers: list[object] = []
        for _ in range(times):
            answers += await asyncio.gather(vision.analyze(FRAME), return_exceptions=True)
        return answers

    return asyncio.run(ask())


def _died() -> Exception:
    return cast(Callable[[], Exception], ActorDiedError)()


def test_one_death_costs_the_caller_nothing() -> None:
    seen = cast(SceneAnalysis, object())
    assert _ask(ServeLikeHandle(_died(), seen)) == [seen]


def test_a_deadly_frame_takes_two_replicas_and_no_more() -> None:
    handle = ServeLikeHandle(_died(), _died())
    answers = _ask(handle, times=3)
    assert all(isinstance(answer, AnalysisFailed) for answer in answers)
    assert handle.outcomes == []


def test_frames_of_a_camera_are_one_session() -> None:
    handle = ServeLikeHandle("seen")
    _ask(handle)
    assert handle.sessions == ["CAM_01"]


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (InvalidImage("broken"), InvalidImage),
        (RuntimeError("the model broke"), AnalysisFailed),
        (TimeoutError(), ServiceUnavailable),
    ],
)
def test_what_the_agent_raises_reaches_the_caller_as_ours(
    raised: Exception, told: type[Exception]
) -> None:
    def as_task_error(cause: Exception) -> Exception:
        make: Callable[..., Exception] = RayTaskError
        return make("analyze", "traceback", cause)

    outcome = raised if isinstance(raised, TimeoutError) else as_task_error(raised)
    (answer,) = _ask(ServeLikeHandle(outcome))
    assert type(answer) is told


def test_the_stub_has_what_serve_has() -> None:
    assert {"options", "remote"} <= set(dir(DeploymentHandle))
