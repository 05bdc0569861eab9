"""The two agents as ports, over Serve handles."""

import asyncio
import hashlib
from collections import deque
from typing import Any, cast

import structlog
from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
from ray.serve.handle import DeploymentHandle

from aegis.domain.analysis import SceneAnalysis
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.domain.response import ResponsePlan
from aegis.errors import AegisError, AnalysisFailed, ServiceUnavailable

_ATTEMPTS = 2
_REMEMBERED = 1000
_KILLS = "The analysis of this image was interrupted twice"
_log = structlog.get_logger(__name__)


class VisionHandle:
    """The VisionAgent replicas; frames of one camera go to the same one.

    A frame is tried once more when its replica dies. One that takes two replicas with it is
    remembered by its digest and refused from then on, so that it cannot take them all.
    """

    def __init__(self, handle: DeploymentHandle[Any], timeout_s: float) -> None:
        self._handle = handle
        self._timeout_s = timeout_s
        self._deadly: deque[bytes] = deque(maxlen=_REMEMBERED)

    async def analyze(self, frame: Frame) -> SceneAnalysis:
        """Raises what the agent raises, and AnalysisFailed for a frame that kills."""
        if self._deadly and _digest(frame) in self._deadly:
            raise AnalysisFailed(_KILLS)
        handle = self._handle.options(session_id=frame.camera_id or frame.request_id)
        for _ in range(_ATTEMPTS):
            try:
                return cast(SceneAnalysis, await _answer(handle.analyze, frame, self._timeout_s))
            except RayActorError:
                _log.warning("vision_replica_died", request_id=frame.request_id)
        self._deadly.append(_digest(frame))
        raise AnalysisFailed(_KILLS)

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


def _digest(frame: Frame) -> bytes:
    return hashlib.sha256(frame.image).digest()


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
