"""What the service says of itself: name, health, figures."""

from fastapi import APIRouter, Response

from aegis.api.health import HealthDesk
from aegis.api.openapi import problems
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
    @router.get("/", tags=["Service"], summary="Describe the service")
    async def describe() -> ServiceDescription:
        """Returns API information and version."""
        return ServiceDescription()

    @router.get("/livez", tags=["Service"], summary="Say that the process answers")
    async def say_alive() -> Alive:
        """Says only that this process answers."""
        return Alive()


def _add_health(router: APIRouter, desk: HealthDesk) -> None:
    answers: dict[int | str, dict[str, object]] = {
        200: {"model": HealthReport, "description": "All systems operational"},
        503: {"model": HealthReport, "description": "One or more components unhealthy"},
    }

    @router.get("/health", tags=["Service"], summary="Check health", responses=answers)
    @router.get("/api/health", tags=["Service"], summary="Check health", responses=answers)
    async def check_health() -> Response:
        """Check system health status, from cached probes."""
        report = await desk.report()
        status = 200 if report.status == "healthy" else 503
        return Response(report.model_dump_json(), status, media_type="application/json")


def _add_statistics(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "/api/stats",
        tags=["Statistics"],
        summary="Read the system's figures",
        responses={200: {"model": SystemStatistics}, **problems(ServiceUnavailable)},
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
        return Response(figures.model_dump_json(), media_type="application/json")

    @router.get(
        "/api/agents/stats",
        tags=["Statistics"],
        summary="Read the agents' figures",
        responses={200: {"model": AgentsAnswer}, **problems(ServiceUnavailable)},
    )
    async def read_agent_statistics() -> Response:
        """Get AI agent performance metrics, all replicas added up."""
        agents = await runtime.monitor.agent_statistics()
        figures = AgentsAnswer(
            vision_agent=agents.get("vision_agent") or AgentStatistics(agent="VisionAgent"),
            planner_agent=agents.get("planner_agent") or AgentStatistics(agent="PlannerAgent"),
        )
        return Response(figures.model_dump_json(), media_type="application/json")
