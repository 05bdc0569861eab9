"""The agent that turns an incident into a response."""

from aegis.domain.incident import Incident
from aegis.domain.response import ResponsePlan
from aegis.log import configure_logging
from aegis.settings import Settings
from deployments.call_meter import CallMeter, Report
from policies.response.plan import plan
from policies.response.playbooks import load_playbooks


class PlannerAgent:
    """Composes the plan that the site's playbooks lay down; keeps no state."""

    def __init__(self, settings: Settings, report: Report) -> None:
        configure_logging(settings.log_level)
        self._playbooks = load_playbooks(settings.playbooks_file)
        self._meter = CallMeter("PlannerAgent", report)

    async def plan(self, incident: Incident) -> ResponsePlan:
        """The plan for this incident."""
        return await self._meter.measure(self._plan(incident))

    async def health(self) -> str:
        """`ok`: whoever answers can plan."""
        return "ok"

    async def _plan(self, incident: Incident) -> ResponsePlan:
        return plan(incident, self._playbooks)
