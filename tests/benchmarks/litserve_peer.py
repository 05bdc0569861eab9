"""LitServe with the same detector and a route that does nothing: what a peer makes of it.

`python -m tests.benchmarks.litserve_peer PORT`. It judges nothing, keeps nothing and tells nobody.
"""

import base64
import sys
from typing import Any

import litserve
import torch

from aegis.domain.detection import Detections
from aegis.settings import Settings
from aegis.vision.decoding.image_codec import decode_image
from aegis.vision.detection.detector import load_detector


class DetectorApi(litserve.LitAPI):  # type: ignore[misc] # it has no types
    """Decode and detect, one request after the other, as our one replica does at low load."""

    def setup(self, device: str) -> None:
        """Load the model in the worker."""
        del device
        settings = Settings()
        torch.set_num_threads(settings.vision_threads)
        self._detector = load_detector(settings.vision_model, settings.vision_weights, "cpu")

    def decode_request(self, request: dict[str, Any]) -> bytes:
        """The picture's bytes."""
        return base64.b64decode(request["image"])

    def predict(self, image: bytes) -> Detections:
        """What is seen in it."""
        (seen,) = self._detector.detect([decode_image(image)])
        return seen

    def encode_response(self, output: Detections) -> dict[str, Any]:
        """Boxes and labels."""
        return {"xyxy": output.xyxy.tolist(), "labels": list(output.labels)}


class NothingApi(litserve.LitAPI):  # type: ignore[misc] # it has no types
    """Answers at once."""

    def setup(self, device: str) -> None:
        """Nothing to load."""

    def predict(self, request: dict[str, Any]) -> dict[str, Any]:
        """Whatever came."""
        return request


if __name__ == "__main__":
    apis = [DetectorApi(api_path="/api/analyze"), NothingApi(api_path="/noop")]
    litserve.LitServer(apis, accelerator="cpu").run(
        port=int(sys.argv[1]), host="127.0.0.1", generate_client_file=False, log_level="warning"
    )
