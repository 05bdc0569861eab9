"""A camera's scene on its way to a replica that goes on with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SceneSnapshot:
    """One camera's session, compressed; only our own processes make and read it.

    newest_s: time of its newest frame, epoch seconds. scene: tracks, dwell, visits.
    picture: the camera's normal, None when it is not sent anew; the last one sent still
    holds then.
    """

    camera_id: str
    version: int
    newest_s: float
    scene: bytes
    picture: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes it takes."""
        return len(self.scene) + len(self.picture or b"")
