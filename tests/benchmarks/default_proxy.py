"""The same application behind Serve's default proxy: no HAProxy, no throughput settings.

`python -m tests.benchmarks.default_proxy PORT FOLDER`.
"""

import os
import sys
import time
from pathlib import Path

from aegis.settings import load_settings


def serve_behind_default_proxy(port: int, folder: Path) -> None:
    """Until it is killed; Ray reads its environment when it is imported."""
    os.environ["RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH"] = "deployments.front_door:middlewares"
    import ray
    from ray import serve

    from deployments.app import build_app

    settings = load_settings(data_dir=folder, port=port, requests_per_minute=100_000_000)
    ray.init(address="local", namespace="aegis", num_cpus=8, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(build_app(settings), name="aegis")
    while True:
        time.sleep(60)


if __name__ == "__main__":
    serve_behind_default_proxy(int(sys.argv[1]), Path(sys.argv[2]))
