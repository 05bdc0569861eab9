"""What it costs to name the application."""

import subprocess
import sys


def test_who_only_names_the_application_does_not_wait_for_torch() -> None:
    asked = "import sys, deployments.app; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False"]
