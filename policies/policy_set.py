"""Rules, site and playbooks that are in force together."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from aegis.domain.policy import POLICY_PARTS, CameraThreshold, PolicyPart, PolicyTexts, Verdict
from aegis.domain.site import Site
from aegis.errors import ConfigurationError
from aegis.located_yaml import LocatedYaml
from aegis.site_file import read_site
from policies.response.playbooks import Playbooks, compile_playbooks
from policies.threat.assess import version_of
from policies.threat.feedback import learn_thresholds
from policies.threat.rules import ThreatRules, compile_rules
from policies.threat.thresholds import UNMOVED, Thresholds

Ready = TypeVar("Ready")


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Everything that judges, ready for use.

    learned: by rule, the thresholds that verdicts moved.
    """

    site: Site
    rules: ThreatRules
    playbooks: Playbooks
    thresholds: Thresholds = UNMOVED
    learned: Mapping[str, tuple[CameraThreshold, ...]] | None = None

    @property
    def version(self) -> str:
        """What its incidents carry as `policy_version`."""
        return version_of(self.site, self.rules)

    def after(self, verdicts: tuple[Verdict, ...]) -> "PolicySet":
        """The same with the thresholds as these verdicts, in order, leave them."""
        rules = [compiled.rule for compiled in self.rules.rules]
        learned = learn_thresholds(rules, self.site.feedback, verdicts)
        moved = {
            (name, at.camera_id or ""): at.threshold
            for name, cameras in learned.items()
            for at in cameras
        }
        return PolicySet(self.site, self.rules, self.playbooks, Thresholds(moved), learned)


def compile_policies(documents: Mapping[PolicyPart, LocatedYaml]) -> PolicySet:
    """Check all three documents and make them ready.

    Raises ConfigurationError with every part's mistakes, each with its place.
    """
    found: list[str] = []
    site, rules, playbooks = (
        _tried(found, read_site, documents["site"]),
        _tried(found, compile_rules, documents["rules"]),
        _tried(found, compile_playbooks, documents["playbooks"]),
    )
    if site is None or rules is None or playbooks is None:
        raise ConfigurationError("\n".join(found))
    return PolicySet(site, rules, playbooks)


def compile_texts(texts: PolicyTexts) -> PolicySet:
    """The same of texts; mistakes are placed as `rules:LINE:COLUMN`."""
    return compile_policies(
        {part: LocatedYaml(texts.text_of(part).encode(), part) for part in POLICY_PARTS}
    )


def digest_of(text: str) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _tried(
    found: list[str], compile_part: Callable[[LocatedYaml], Ready], document: LocatedYaml
) -> Ready | None:
    try:
        return compile_part(document)
    except ConfigurationError as error:
        found.append(error.message)
        return None
