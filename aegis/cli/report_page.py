"""The report as one HTML file that needs nothing else: no script, no network."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from aegis.api.schemas import IncidentAnswer
from aegis.cli.report_charts import SEVERITIES, bars_chart, columns_chart, hours_chart
from aegis.cli.report_facts import Period, ReportFacts, by_gravity
from aegis.domain.proof import ProofHead

_STYLE = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def render_report(
    incidents: Sequence[IncidentAnswer],
    facts: ReportFacts,
    period: Period,
    pictures: Mapping[str, bytes],
    head: ProofHead,
    made_at: datetime,
) -> str:
    """The page; pictures: JPEGs by incident id, for those that have one."""
    zone = period.zone.key
    cards = "".join(_incident(it, pictures.get(it.id), period) for it in by_gravity(incidents))
    listed = cards or '<div class="card quiet">Nothing happened.</div>'
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>Aegis report, {escape(period.title)}</title><style>{_STYLE}</style></head><body><main>
<header><h1>{escape(period.title)}</h1><span class="quiet">Aegis incident report</span></header>
<section class="tiles">{_tiles(facts)}</section>
<section class="charts">{_charts(facts, period)}</section>
<h2>Incidents, the gravest first</h2>
<section class="incidents">{listed}</section>
<footer>Made {made_at.astimezone(period.zone):%Y-%m-%d %H:%M} ({escape(zone)}). The journal behind
it has {head.tree_size} records and the Merkle root <code>{escape(head.root)}</code>: keep this
page, and nobody can rewrite history before it unseen (<code>aegis verify FILE --root</code>).
</footer></main></body></html>
"""


def _tiles(facts: ReportFacts) -> str:
    share = f"{facts.false_positives / facts.total:.0%}" if facts.total else "0%"
    grave = facts.severities["high"] + facts.severities["critical"]
    tiles = [
        (str(facts.total), "incidents"),
        (str(grave), "high or critical"),
        (str(facts.open), "still open"),
        (share, "false alarms"),
        (str(facts.actions), "actions taken"),
        (_duration(facts.decided_after_s), "until decided, median"),
    ]
    return "".join(
        f'<div class="card tile"><b>{value}</b><span>{name}</span></div>' for value, name in tiles
    )


def _charts(facts: ReportFacts, period: Period) -> str:
    when = "Hours of the day" if period.days == 1 else "Days"
    legend = "".join(f'<span class="{it}"><i></i>{it}</span>' for it in reversed(SEVERITIES))
    charts = [
        _card(
            when, columns_chart(facts.slots, when) + f'<div class="legend">{legend}</div>', "wide"
        ),
        _card("Cameras", bars_chart(facts.cameras, "Cameras")),
        _card("What it was", bars_chart(facts.kinds, "What it was")),
    ]
    if period.days > 1:
        charts.append(_card("Hours of the week", hours_chart(facts.hours, "Hours"), "wide"))
    return "".join(charts)


def _card(title: str, content: str, extra: str = "") -> str:
    return f'<div class="card {extra}"><h2>{title}</h2>{content}</div>'


def _incident(incident: IncidentAnswer, picture: bytes | None, period: Period) -> str:
    shown = '<div class="blank">no picture</div>'
    if picture:
        encoded = base64.b64encode(picture).decode()
        shown = f'<img alt="" src="data:image/jpeg;base64,{encoded}">'
    local = incident.timestamp.astimezone(period.zone)
    lasted = (incident.last_seen - incident.first_seen).total_seconds()
    facts = [
        f"{local:%a %d %b, %H:%M:%S}",
        incident.camera_id or "no camera",
        f"{incident.confidence:.0f}% sure",
        *([f"lasted {_duration(lasted)}"] if lasted >= 1 else []),
    ]
    kind = (incident.subtype or incident.type).replace("_", " ")
    return f"""<article class="card incident {incident.severity}">{shown}<div>
<div class="head"><b>{escape(kind)}</b><span class="pill">{incident.severity}</span>
<span class="pill">{incident.status.replace("_", " ")}</span>
<span class="small">{escape(incident.id)}</span></div>
<p>{escape(incident.reasoning)}</p><div class="small">{escape(" · ".join(facts))}</div>
{_done(incident)}</div></article>"""


def _done(incident: IncidentAnswer) -> str:
    lines = []
    if incident.actions_taken:
        taken = ", ".join(
            f"{it.action.replace('_', ' ')} ({it.status})" for it in incident.actions_taken
        )
        lines.append(f"Actions: {taken}")
    if incident.notes:
        by = f" ({incident.resolved_by})" if incident.resolved_by else ""
        lines.append(f"Notes{by}: {incident.notes}")
    return "".join(f'<div class="small">{escape(line)}</div>' for line in lines)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
