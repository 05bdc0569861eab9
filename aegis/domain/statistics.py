"""Figures about incidents, agents and components."""

from typing import Literal, Self

from aegis.domain.value import UtcDatetime, Value


class IncidentStatistics(Value):
    """Counts over all kept incidents; every key is there, 0 where there is none.

    average_confidence: 0 to 100; false_positive_rate: 0 to 1; both 0 on an empty store.
    """

    total_incidents: int
    active_incidents: int
    open_incidents: int
    incidents_today: int
    incidents_this_week: int
    incidents_by_severity: dict[str, int]
    incidents_by_type: dict[str, int]
    average_confidence: float
    false_positive_rate: float


class CallTally(Value):
    """Calls of one kind of agent in some stretch of time; tallies add up."""

    agent: str
    calls: int = 0
    errors: int = 0
    busy_s: float = 0.0

    def __add__(self, other: Self) -> Self:
        """Both stretches together."""
        return self.model_copy(
            update={
                "calls": self.calls + other.calls,
                "errors": self.errors + other.errors,
                "busy_s": self.busy_s + other.busy_s,
            }
        )


class AgentStatistics(Value):
    """What one kind of agent did, summed over its replicas, dead ones too."""

    agent: str
    total_calls: int = 0
    total_errors: int = 0
    error_rate: float = 0.0
    avg_response_time_ms: float = 0.0
    uptime_hours: float = 0.0


class SystemStatistics(IncidentStatistics):
    """The incident figures with the agents': `GET /api/stats`."""

    response_time_avg_ms: float
    frames_analyzed: int


ComponentName = Literal["database", "vision_agent", "planner_agent"]


class HealthReport(Value):
    """`ok`, or why not, for each component."""

    status: Literal["healthy", "unhealthy"]
    components: dict[ComponentName, str]
    timestamp: UtcDatetime
    uptime_seconds: int
