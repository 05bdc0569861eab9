"""What the service says of itself: name, health, figures."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from aegis.api.examples import UNHEALTHY
from aegis.api.health import HealthDesk
from aegis.api.openapi import answer_of, problems
from aegis.api.schemas import AgentsAnswer, Alive, ServiceDescription
from aegis.domain.statistics import AgentStatistics, HealthReport, SystemStatistics
from aegis.errors import ServiceUnavailable
from aegis.ports import Runtime


def service_routes(runtime: Runtime, desk: HealthDesk) -> APIRouter:
    """`/`, `/livez`, `/health`, `/api/health`, `/api/stats`, `/api/agents/stats`."""
    router = APIRouter()
    _add_description(router)
    _add_health(router, desk)
    _add_statistics(router, runtime)
    return router


def _add_description(router: APIRouter) -> None:
    @router.get(
        "/",
        tags=["Service"],
        summary="Describe the service",
        responses=answer_of(ServiceDescription),
    )
    async def describe() -> Response:
        """Returns API information and version."""
        return _json(ServiceDescription())

    @router.get(
        "/livez",
        tags=["Service"],
        summary="Say that the process answers",
        responses=answer_of(Alive),
    )
    async def say_alive() -> Response:
        """Says only that this process answers."""
        return _json(Alive())


def _add_health(router: APIRouter, desk: HealthDesk) -> None:
    answers: dict[int | str, dict[str, Any]] = {
        **answer_of(HealthReport, "All systems operational"),
        **answer_of(HealthReport, "One or more components unhealthy", 503, UNHEALTHY),
    }

    @router.get("/health", tags=["Service"], summary="Check health", responses=answers)
    @router.get("/api/health", tags=["Service"], summary="Check health", responses=answers)
    async def check_health() -> Response:
        """Check system health status, from cached probes."""
        report = await desk.report()
        return _json(report, 200 if report.status == "healthy" else 503)


def _add_statistics(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "/api/stats",
        tags=["Statistics"],
        summary="Read the system's figures",
        responses={**answer_of(SystemStatistics), **problems(ServiceUnavailable)},
    )
    async def read_statistics() -> Response:
        """Get overall system statistics."""
        incidents = await runtime.store.statistics()
        agents = await runtime.monitor.agent_statistics()
        vision = agents.get("vision_agent") or AgentStatistics(agent="VisionAgent")
        figures = SystemStatistics(
            **dict(incidents),
            response_time_avg_ms=vision.avg_response_time_ms,
            frames_analyzed=vision.total_calls - vision.total_errors,
        )
        return _json(figures)

    @router.get(
        "/api/agents/stats",
        tags=["Statistics"],
        summary="Read the agents' figures",
        responses={**answer_of(AgentsAnswer), **problems(ServiceUnavailable)},
    )
    async def read_agent_statistics() -> Response:
        """Get AI agent performance metrics, all replicas added up."""
        agents = await runtime.monitor.agent_statistics()
        figures = AgentsAnswer(
            vision_agent=agents.get("vision_agent") or AgentStatistics(agent="VisionAgent"),
            planner_agent=agents.get("planner_agent") or AgentStatistics(agent="PlannerAgent"),
        )
        return _json(figures)


def _json(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status, media_type="application/json")
