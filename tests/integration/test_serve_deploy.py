"""`serve deploy deployments/serve.yaml` brings Aegis up on a running cluster, by its numbers."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from aegis.settings import Settings
from aegis.testing.running_system import free_ports
from deployments.local_cluster import ray_environment

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Cluster:
    """A head node; `environment` is what its callers need."""

    settings: Settings
    environment: dict[str, str]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    port, dashboard_port, gcs_port = free_ports(3)
    settings = Settings(port=port, dashboard_port=dashboard_port, data_dir=tmp_path / "data")
    run_dir = Path("/tmp") / f"aegis-test-{port}"
    run_dir.mkdir(mode=0o700)
    environment = os.environ | ray_environment(settings, run_dir)
    environment["AEGIS_DATA_DIR"] = str(settings.data_dir)
    command = [
        *(str(BIN / "ray"), "start", "--head", "--block", "--disable-usage-stats"),
        *(f"--port={gcs_port}", f"--dashboard-port={dashboard_port}", "--num-cpus=8"),
        # Its own folder, or later calls of `ray.init()` on this machine look for this cluster.
        f"--temp-dir={run_dir}",
        *("--object-store-memory=100000000", '--resources={"aegis_store": 1}'),
    ]
    with (tmp_path / "head.log").open("wb") as log:
        head = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield Cluster(settings, environment)
        finally:
            os.killpg(head.pid, signal.SIGTERM)
            head.wait(60)
            shutil.rmtree(run_dir)


def _for_this_machine(settings: Settings, folder: Path) -> Path:
    """The shipped file with another port and no cards; nothing else changes."""
    config: dict[str, Any] = yaml.safe_load((ROOT / "deployments" / "serve.yaml").read_text())
    config["http_options"] = {"host": "127.0.0.1", "port": settings.port}
    application = config["applications"][0]
    application["args"]["host"] = "127.0.0.1"
    for deployment in application["deployments"]:
        deployment["ray_actor_options"]["num_gpus"] = 0
    path = folder / "serve.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.mark.timeout(300)
def test_serve_deploy_brings_up_every_deployment(cluster: Cluster, tmp_path: Path) -> None:
    config = _for_this_machine(cluster.settings, tmp_path)
    dashboard = f"http://127.0.0.1:{cluster.settings.dashboard_port}"
    _until(lambda: _serve(cluster, "deploy", str(config), "-a", dashboard).returncode == 0)
    url = f"http://127.0.0.1:{cluster.settings.port}"
    _until(lambda: _get(f"{url}/health")["status"] == "healthy")
    said = yaml.safe_load(_serve(cluster, "status", "-a", dashboard).stdout)
    deployments = said["applications"]["aegis"]["deployments"]
    assert {name: it["status"] for name, it in deployments.items()} == {
        "Ingress": "HEALTHY",
        "VisionAgent": "HEALTHY",
        "PlannerAgent": "HEALTHY",
    }


def _serve(cluster: Cluster, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "serve", *arguments],
        cwd=ROOT,
        env=cluster.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _get(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            said: dict[str, Any] = json.load(answer)
            return said
    except OSError:
        return {"status": "no answer"}


def _until(claim: Any, within_s: float = 120) -> None:
    end = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(1)
