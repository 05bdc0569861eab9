"""What a replay judges by: rules as text, and what people's verdicts made of their thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from aegis.domain.policy import PolicyTexts, Verdict
from aegis.domain.site import Site
from aegis.located_yaml import LocatedYaml
from aegis.site_file import read_site
from policies.threat.assess import version_of
from policies.threat.feedback import learn_thresholds
from policies.threat.rules import ThreatRules, compile_rules


@dataclass(frozen=True, slots=True)
class ReplayPolicy:
    """rules: YAML, because compiled ones stay at home; learned: as `Thresholds` has them.

    version: what its incidents would carry as `policy_version`.
    """

    rules: bytes
    learned: dict[tuple[str, str], float]
    version: str

    @classmethod
    def of(cls, rules: bytes, name: str, site: Site, verdicts: Sequence[Verdict] = ()) -> Self:
        """These rules after these verdicts; raises ConfigurationError with line and column."""
        compiled = rules_of(rules, name)
        own = [it.rule for it in compiled.rules]
        learned = {
            (rule, at.camera_id or ""): at.threshold
            for rule, cameras in learn_thresholds(own, site.feedback, verdicts).items()
            for at in cameras
        }
        return cls(rules, learned, version_of(site, compiled))


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """Where a replay starts from: site, rules as YAML, and verdicts in order."""

    site: Site
    rules: bytes
    verdicts: tuple[Verdict, ...] = ()

    @classmethod
    def of(cls, texts: PolicyTexts, verdicts: tuple[Verdict, ...]) -> Self:
        """As the journal keeps them; raises ConfigurationError."""
        site = read_site(LocatedYaml(texts.site.encode(), "site"))
        return cls(site, texts.rules.encode(), verdicts)


@lru_cache(maxsize=4)
def rules_of(source: bytes, name: str) -> ThreatRules:
    """The compiled rules; raises ConfigurationError with line and column."""
    return compile_rules(LocatedYaml(source, name))
