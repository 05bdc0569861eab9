"""What the door holds: `python -m tests.benchmarks.door` prints a table of one run.

Four ingress replicas: 1,000 calls against a limit of 100, `/health` alone and beside 300 bodies
of which one half never comes, and how those ended.
"""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from aegis.testing.running_system import running_system
from tests.acceptance.door_load import besiege, call_often

_KEY = "a-key-of-the-benchmark"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=1000)
    options.add_argument("--bodies", type=int, default=300)
    options.add_argument("--seconds", type=float, default=15)
    given = options.parse_args()
    table = Table("what", "measured", "limit", title="The door, four ingress replicas")
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "API_KEY": _KEY,
            "REQUIRE_API_KEY": "false",
            "AEGIS_INGRESS_REPLICAS": "4",
        }
        with running_system(Path(folder), settings) as system:
            crowd = call_often(system.url, "/api/health", given.calls)
            allowed = crowd.statuses[200]
            table.add_row(f"allowed of {given.calls} calls in {crowd.took_s:.1f} s",
                          str(allowed), "100")  # fmt: skip
            headers = [f"X-API-Key: {_KEY}"]
            for bodies in (0, given.bodies):
                siege = besiege(system.url, bodies, given.seconds, headers, wait_for_ends_s=30)
                beside = f"/health beside {bodies} half-sent bodies"
                for share in (0.5, 0.99, 1.0):
                    table.add_row(
                        f"{beside}, p{100 * share:g} of {len(siege.health_s)}",
                        f"{1000 * siege.percentile(share):.0f} ms",
                        "1000 ms" if share == 0.99 and bodies else "",
                    )
            ends = {end.split(" ")[1] if end else "cut off" for end in siege.ends}
            table.add_row("how the half-sent ended", ", ".join(sorted(ends)), "408")
    Console().print(table)


if __name__ == "__main__":
    main()
