"""The pure rooms run where Ray is not installed, and no other distribution owns their names."""

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("aegis", "actors", "data", "deployments", "policies")
WITHOUT_RAY = """
import importlib, pkgutil, sys
sys.modules["ray"] = None  # importing it fails from here on
for room in sys.argv[1:]:
    package = importlib.import_module(room)
    names = [found.name for found in pkgutil.walk_packages(package.__path__, room + ".")]
    assert names
    for name in names:
        importlib.import_module(name)
"""


def test_the_pure_rooms_import_without_ray() -> None:
    pure = ("aegis.domain", "aegis.vision", "aegis.api", "aegis.client", "policies", "data")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_RAY, *pure],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_owns_the_rooms_name(room: str) -> None:
    assert set(packages_distributions().get(room, ())) <= {"aegis-runtime"}
