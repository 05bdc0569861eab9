"""Policies as people read them."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aegis.cli.terminal import style_severity
from aegis.domain.policy import (
    POLICY_PARTS,
    PolicyHistory,
    PolicyOverview,
    PolicyTexts,
    PolicyVersion,
    RuleDetail,
)


def describe_version(version: PolicyVersion) -> str:
    """One version in two lines."""
    origin = f"version {version.restored} again" if version.restored else version.source
    told = (
        f"Version {version.number}, {version.accepted_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"by {version.author} ({origin}); policy_version {version.policy_version}"
    )
    return escape(f"{told}\n{version.note}" if version.note else told)


def tabulate_rules(overview: PolicyOverview) -> Table:
    """A row for each rule."""
    table = Table(header_style="bold")
    for title in ("rule", "says", "severity", "threshold", "moved at"):
        table.add_column(title, overflow="fold")
    for rule in overview.rules:
        remarks = ["" if rule.enabled else "off", "life safety" if rule.life_safety else ""]
        moved = ", ".join(camera or "no camera" for camera in rule.moved_at)
        table.add_row(
            escape(rule.name),
            escape(f"{rule.type}: {rule.subtype}"),
            style_severity(rule.severity),
            escape(" ".join(filter(None, (f"{rule.threshold:g}", *remarks)))),
            escape(moved),
        )
    return table


def describe_rule(rule: RuleDetail) -> str:
    """Its own threshold, and how far verdicts may move it."""
    bounds = f"verdicts move it from {rule.lowest:g} to {rule.highest:g}, {rule.step:g} each"
    told = "life safety: never raised" if rule.life_safety else bounds
    moved = "" if rule.cameras else "; no verdict has"
    return escape(f"{rule.definition['name']}: threshold {rule.threshold:g}; {told}{moved}")


def tabulate_thresholds(rule: RuleDetail) -> Table:
    """A row for each verdict that moved the rule's threshold, by camera."""
    table = Table(header_style="bold")
    for heading in ("camera", "threshold", "incident", "verdict", "points", "decided"):
        table.add_column(heading)
    for camera in rule.cameras:
        for move in camera.moves:
            table.add_row(
                escape(camera.camera_id or "none"),
                f"{move.threshold:g}",
                move.incident_id,
                move.verdict.replace("_", " "),
                f"{move.points:+g}",
                f"{move.decided_at:%Y-%m-%d %H:%M}",
            )
    return table


def tabulate_versions(history: PolicyHistory) -> Table:
    """A row for each version, the newest first."""
    table = Table(header_style="bold")
    for title in ("version", "accepted", "by", "changed", "policy_version", "note"):
        table.add_column(title, overflow="fold")
    for it in history.versions:
        changed = ", ".join(it.changed) + (f" (as in {it.restored})" if it.restored else "")
        table.add_row(
            str(it.number),
            f"{it.accepted_at:%Y-%m-%d %H:%M}",
            escape(it.author),
            changed,
            it.policy_version,
            escape(it.note or ""),
        )
    return table


def print_texts(texts: PolicyTexts, output: Console) -> None:
    """The three texts as they were put."""
    for part in POLICY_PARTS:
        output.rule(part, align="left")
        output.print(texts.text_of(part), markup=False, highlight=False, soft_wrap=True)
