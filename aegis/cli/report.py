"""`aegis report`: a day or a week as one HTML file."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from aegis.cli.connection import KeyOption, UrlOption, connect
from aegis.errors import AegisError, ConfigurationError

if TYPE_CHECKING:
    from aegis.api.schemas import IncidentAnswer
    from aegis.cli.report_facts import Period
    from aegis.client.aegis_client import AegisClient

_MOST_PICTURES = 300


def report(
    *,
    day: Annotated[str | None, typer.Option(help="YYYY-MM-DD; by default yesterday.")] = None,
    week: Annotated[str | None, typer.Option(help="The week with this day, YYYY-MM-DD.")] = None,
    to: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Whose calendar; by default AEGIS_TIMEZONE.")
    ] = None,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Render a day or a week: charts, every incident with its picture, the journal's root.

    The file needs nothing else and has no script; it prints well. At most 300 pictures, of
    the gravest incidents.
    """
    from aegis.cli.report_facts import by_gravity, gather  # noqa: PLC0415 - keeps --help fast
    from aegis.cli.report_page import render_report  # noqa: PLC0415
    from aegis.cli.terminal import open_messages, open_output  # noqa: PLC0415

    period = _period(day, week, timezone)
    with connect(url, api_key) as client, open_messages().status("Reading") as progress:
        incidents = _read(client, period)
        progress.update(f"Reading {len(incidents)} pictures")
        pictures = _pictures(client, by_gravity(incidents)[:_MOST_PICTURES])
        head = client.proof_head()
    facts = gather(incidents, period)
    page = render_report(incidents, facts, period, pictures, head, datetime.now(UTC))
    kind = "day" if period.days == 1 else "week"
    file = to or Path(f"aegis-{kind}-{period.first}.html")
    file.write_text(page, encoding="utf-8")
    open_output().print(f"{file}: {len(incidents)} incidents, {len(page) / 1e6:.1f} MB")


def _period(day: str | None, week: str | None, timezone: str | None) -> "Period":
    from aegis.cli.report_facts import Period  # noqa: PLC0415
    from aegis.settings import load_settings  # noqa: PLC0415

    if day and week:
        raise ConfigurationError("Give --day or --week, not both")
    name = timezone or load_settings().timezone
    try:
        zone = ZoneInfo(name)
        given = date.fromisoformat(day or week or "0001-01-01")
    except (ValueError, OSError, KeyError) as error:
        raise ConfigurationError(
            f"{error}: days are YYYY-MM-DD, time zones names such as Europe/Berlin"
        ) from error
    if week:
        return Period(given - timedelta(days=given.weekday()), 7, zone)
    yesterday = (datetime.now(UTC).astimezone(zone) - timedelta(days=1)).date()
    return Period(given if day else yesterday, 1, zone)


def _read(client: "AegisClient", period: "Period") -> "list[IncidentAnswer]":
    found: list[IncidentAnswer] = []
    last = period.end.astimezone(UTC) - timedelta(microseconds=1)
    cursor: str | None = None
    while True:
        page = client.incidents(
            from_date=period.begin.astimezone(UTC), to_date=last, limit=1000, cursor=cursor
        )
        found += page.incidents
        cursor = page.pagination.next_cursor
        if cursor is None:
            return found


def _pictures(client: "AegisClient", incidents: "list[IncidentAnswer]") -> dict[str, bytes]:
    pictures = {}
    for incident in incidents:
        path = incident.thumbnail_path or incident.evidence_path
        try:
            if path:
                pictures[incident.id] = client.evidence(path)
        except AegisError:
            # It went while we read: the report says "no picture".
            continue
    return pictures
