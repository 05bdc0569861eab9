"""Aegis on this machine: start, wait until healthy, say where it is, end when asked."""

import json
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from aegis.api.key_ring import KeyRing
from aegis.ending_signals import ending_signals
from aegis.errors import ConfigurationError
from aegis.exposure import require_safe_exposure
from aegis.settings import Settings
from deployments.local_cluster import TOKEN_FILE, local_cluster, require_ports_free

Say = Callable[[str], None]


def serve_locally(settings: Settings, say: Say = print) -> None:
    """Serve until Ctrl-C, SIGTERM or the terminal's end, then end every process started here.

    Raises ConfigurationError before anything starts when a port is in use or a rule, site or
    weights file is wrong, and when the system does not become healthy.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, *ending_signals()):
        signal.signal(number, lambda *_: stop.set())
    require_safe_exposure(settings)
    require_ports_free(settings)
    _check_files(settings)
    start = time.monotonic()
    say("Aegis is starting (Ray, then the agents) ...")
    with local_cluster(settings) as dashboard:
        from ray import serve  # noqa: PLC0415 - after the environment is prepared

        from deployments.app import build_app  # noqa: PLC0415

        serve.run(build_app(settings), name="aegis", blocking=False)
        url = f"http://{settings.host}:{settings.port}"
        _wait_until_healthy(url, stop, deadline_s=120)
        say(_welcome(settings, url, dashboard, time.monotonic() - start))
        stop.wait()
        say("Aegis is stopping ...")
    say("Aegis has stopped; what happened is kept in " + str(settings.data_dir))


def _check_files(settings: Settings) -> None:
    """Read what people edit before any process starts, so that a mistake is shown at once."""
    from aegis.site_file import load_site  # noqa: PLC0415
    from policies.response.playbooks import load_playbooks  # noqa: PLC0415
    from policies.threat.rules import load_rules  # noqa: PLC0415

    load_site(settings.site_file)
    load_rules(settings.rules_file)
    load_playbooks(settings.playbooks_file)
    if settings.names_own_models:
        from aegis.vision.chosen_models import check_chosen_models  # noqa: PLC0415 - slow to import

        check_chosen_models(settings)


def _wait_until_healthy(url: str, stop: threading.Event, deadline_s: float) -> None:
    end = time.monotonic() + deadline_s
    last = "no answer"
    while time.monotonic() < end and not stop.is_set():
        last = _health(url)
        if last == "healthy":
            return
        stop.wait(0.1)
    if not stop.is_set():
        raise ConfigurationError(
            f"Aegis is not healthy after {deadline_s:.0f} s ({last}); "
            "the logs of its processes are under /tmp/ray/session_latest/logs/serve"
        )


def _health(url: str) -> str:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310
            return str(json.load(answer)["status"])
    except urllib.error.HTTPError as error:
        return error.read(2000).decode(errors="replace")
    except (OSError, ValueError, KeyError) as error:
        return str(error)


def _welcome(settings: Settings, url: str, dashboard: str, elapsed_s: float) -> str:
    token = settings.data_dir / TOKEN_FILE
    place = "on this machine" if settings.is_loopback else "by ANYBODY who can reach it"
    demands_key = KeyRing(settings).demands_key
    key = "X-API-Key is required" if demands_key else f"no key needed {place}"
    return "\n".join(
        (
            f"Aegis is healthy after {elapsed_s:.0f} s ({key}).",
            f"  API         {url}",
            f"  Documents   {url}/docs and {url}/redoc",
            f"  Console     {url}/console",
            f"  Dashboard   {dashboard} (Ray; it asks for the token in {token})",
            f"  Data        {settings.data_dir}",
            "Ctrl-C ends it.",
        )
    )
