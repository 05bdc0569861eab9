"""What people read: results on standard output, everything else on standard error."""

from rich.console import Console
from rich.markup import escape

from aegis import errors
from aegis.errors import AegisError

SEVERITY_STYLES = {"low": "dim", "medium": "yellow", "high": "red", "critical": "bold red"}
_REMEDIES: dict[type[AegisError], str] = {
    errors.ServiceUnavailable: "Start it with `aegis serve`, or name its address with --url or "
    "AEGIS_URL.",
    errors.InvalidApiKey: "Give the server's key with --api-key or API_KEY.",
    errors.Forbidden: "Use a key that allows this.",
    errors.RateLimitExceeded: "Wait, or send an API key: callers with one may ask more often.",
    errors.IncidentNotFound: "`aegis incidents` lists those that there are.",
}


def open_output() -> Console:
    """Where results go."""
    return Console()


def open_messages() -> Console:
    """Where progress, remarks and errors go."""
    return Console(stderr=True)


def show_error(error: AegisError) -> None:
    """The cause in one line, and what to do about it."""
    sentences = f"{error.message.rstrip('.')}. {_REMEDIES.get(type(error), '')}".rstrip()
    open_messages().print(f"[bold red]Error:[/] {escape(sentences)}", soft_wrap=True)


def style_severity(severity: str) -> str:
    """The word, coloured by how bad it is."""
    return f"[{SEVERITY_STYLES.get(severity, 'default')}]{escape(severity)}[/]"
