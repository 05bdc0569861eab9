"""The two agents as ports, over Serve handles."""

import asyncio
from typing import Any, cast

from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
from ray.serve.handle import DeploymentHandle

from aegis.domain.analysis import SceneAnalysis
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.domain.response import ResponsePlan
from aegis.errors import AegisError, AnalysisFailed, ServiceUnavailable


class VisionHandle:
    """The VisionAgent replicas; frames of one camera go to the same one."""

    def __init__(self, handle: DeploymentHandle[Any], timeout_s: float) -> None:
        self._handle = handle
        self._timeout_s = timeout_s

    async def analyze(self, frame: Frame) -> SceneAnalysis:
        """Tried once more when the replica dies, so that one hostile frame takes two at most."""
        session = frame.camera_id or frame.request_id
        handle = self._handle.options(session_id=session)
        try:
            return cast(SceneAnalysis, await _answer(handle.analyze, frame, self._timeout_s))
        except RayActorError:
            pass
        try:
            return cast(SceneAnalysis, await _answer(handle.analyze, frame, self._timeout_s))
        except RayActorError as error:
            raise AnalysisFailed("The analysis was interrupted twice") from error

    async def health(self) -> str:
        """`ok`, or raises."""
        return cast(str, await _answer(self._handle.health, None, self._timeout_s))


class PlannerHandle:
    """The PlannerAgent replicas."""

    def __init__(self, handle: DeploymentHandle[Any], timeout_s: float) -> None:
        self._handle = handle
        self._timeout_s = timeout_s

    async def plan(self, incident: Incident) -> ResponsePlan:
        """Planning changes nothing, so a call that lost its replica is simply repeated once."""
        try:
            return cast(ResponsePlan, await _answer(self._handle.plan, incident, self._timeout_s))
        except RayActorError:
            return cast(ResponsePlan, await _answer(self._handle.plan, incident, self._timeout_s))

    async def health(self) -> str:
        """`ok`, or raises."""
        return cast(str, await _answer(self._handle.health, None, self._timeout_s))


async def _answer(method: Any, argument: object, timeout_s: float) -> object:
    arguments = () if argument is None else (argument,)
    try:
        return await asyncio.wait_for(method.remote(*arguments), timeout_s)
    except RayTaskError as error:
        if isinstance(error.cause, AegisError):
            raise error.cause from error
        raise AnalysisFailed("The analysis failed") from error
    except (BackPressureError, DeploymentUnavailableError, TimeoutError) as error:
        raise ServiceUnavailable("The agent is overloaded; try again shortly") from error
