"""How sure a rule must be at a camera before it says anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from policies.threat.rules import Rule


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Points of confidence, 0 to 100, by rule and camera, where verdicts moved them.

    learned: by rule name and camera id, `""` for pictures without a camera.
    """

    learned: Mapping[tuple[str, str], float]

    def of(self, rule: Rule, camera_id: str | None) -> float:
        """The threshold in force; of a life-safety rule never above its own."""
        learned = self.learned.get((rule.name, camera_id or ""))
        if learned is None:
            return rule.threshold
        return min(learned, rule.threshold) if rule.life_safety else learned


UNMOVED = Thresholds(MappingProxyType({}))
"""Every rule's own."""
