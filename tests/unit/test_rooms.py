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
package = importlib.import_module(sys.argv[1])
names = [found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
assert names
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
"""


@pytest.mark.parametrize("room", ["aegis.vision", "aegis.api", "aegis.client", "policies", "data"])
def test_a_pure_room_imports_without_ray(room: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_RAY, room],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_owns_the_rooms_name(room: str) -> None:
    assert set(packages_distributions().get(room, ())) <= {"aegis-runtime"}
