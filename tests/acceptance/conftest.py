"""The running system, once with one and once with two replicas of ingress and vision."""

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from aegis.testing.running_system import RunningSystem, running_system
from tests.acceptance.opened_incident import SITE, OpenedIncident, open_incident

NO_LIMIT = {"AEGIS_REQUESTS_PER_MINUTE": "1000000", "AEGIS_SOCKETS_PER_CALLER": "100"}


@pytest.fixture(scope="session", params=[1, 2], ids=["one replica", "two replicas"])
def system(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSystem]:
    data_dir: Path = tmp_path_factory.mktemp("data")
    replicas = {
        "AEGIS_INGRESS_REPLICAS": str(request.param),
        "AEGIS_VISION_REPLICAS": str(request.param),
        "AEGIS_SITE_FILE": str(SITE),
    }
    with running_system(data_dir, NO_LIMIT | replicas) as running:
        yield running


@pytest.fixture(scope="session")
def api(system: RunningSystem) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def opened(api: httpx.Client) -> OpenedIncident:
    """An incident that the system opened over rendered frames of a person in a closed zone."""
    return open_incident(api, camera_id="CAM_01")


@pytest.fixture(scope="session")
def noise_jpeg() -> bytes:
    pixels = np.random.default_rng(7).integers(0, 255, (240, 320, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()
