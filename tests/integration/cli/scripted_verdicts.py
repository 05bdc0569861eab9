"""What a scripted vision says in these tests."""

from dataclasses import dataclass

from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.testing.doubles import nothing_seen


@dataclass(frozen=True, slots=True)
class Verdicts:
    """An ordinary frame, and one of an intrusion that goes on."""

    nothing: Assessment
    intrusion: Assessment


def make_verdicts() -> Verdicts:
    nothing = nothing_seen()
    intrusion = nothing.model_copy(
        update={
            "type": IncidentType.INTRUSION,
            "subtype": "restricted_zone",
            "severity": Severity.HIGH,
            "confidence": 91.0,
            "reasoning": "A person stands in the marked area",
            "grouping_key": "visit-1",
        }
    )
    return Verdicts(nothing, intrusion)
