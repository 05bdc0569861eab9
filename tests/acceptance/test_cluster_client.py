"""Aegis from inside the cluster: a task of Ray calls it through handles, typed."""

import json
import os
import subprocess
import sys
from pathlib import Path

from aegis.testing.running_system import RunningSystem
from deployments.local_cluster import TOKEN_FILE

ROOT = Path(__file__).parents[2]
CALLER = """
import asyncio, io, json, sys
import ray
from PIL import Image

def picture():
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48)).save(buffer, "JPEG")
    return buffer.getvalue()

@ray.remote(num_cpus=0)
def call():
    from aegis.api.stream_schemas import AnalysisResult, SystemStatus
    from aegis.domain.statistics import SystemStatistics
    from aegis.errors import IncidentNotFound, InvalidImage, ValidationFailed
    from deployments.cluster_client import connect

    async def scene():
        async with connect() as aegis:
            stream = aegis.watch(camera_id="CAM_INSIDE", timeout_s=20)
            greeting = await anext(stream)
            assert isinstance(greeting, SystemStatus), greeting
            following = asyncio.create_task(anext(stream))
            await asyncio.sleep(1)
            seen = await aegis.analyze(picture(), camera_id="CAM_INSIDE", frame_number=7)
            again = await aegis.analyze(picture(), idempotency_key="once")
            once = await aegis.analyze(picture(), idempotency_key="once")
            event = await following
            assert isinstance(event, AnalysisResult), event
            assert isinstance(await aegis.stats(), SystemStatistics)
            errors = []
            for refused in (
                aegis.incident("incident_999999"),
                aegis.analyze(b"no picture"),
                aegis.incidents(limit=0),
            ):
                try:
                    await refused
                except (IncidentNotFound, InvalidImage, ValidationFailed) as error:
                    errors.append(error.code)
            return {
                "health": (await aegis.health()).status,
                "frame_number": seen.frame_number,
                "camera": event.data.camera_id,
                "same": again == once,
                "errors": errors,
            }

    return asyncio.run(scene())

ray.init(address=sys.argv[1], namespace="aegis", log_to_driver=False, logging_level="ERROR")
print(json.dumps(ray.get(call.remote(), timeout=90)))
"""


def test_a_task_of_the_cluster_calls_aegis_through_handles(system: RunningSystem) -> None:
    environment = os.environ | {
        "RAY_AUTH_MODE": "token",
        # Ray takes loopback for another name of this machine's address otherwise.
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
        "RAY_AUTH_TOKEN_PATH": str(system.data_dir / TOKEN_FILE),
        "AEGIS_DATA_DIR": str(system.data_dir),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", CALLER, _gcs_address(system)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "health": "healthy",
        "frame_number": 7,
        "camera": "CAM_INSIDE",
        "same": True,
        "errors": ["INCIDENT_NOT_FOUND", "INVALID_IMAGE", "VALIDATION_ERROR"],
    }


def _gcs_address(system: RunningSystem) -> str:
    words = (word for process in system.processes() for word in process.cmdline())
    return next(
        word.partition("=")[2].strip()
        for word in words
        if word.startswith(("--gcs-address=", "--gcs_address="))
    )
