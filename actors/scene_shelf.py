"""Where the scenes of all cameras lie while their replicas come and go."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from aegis.domain.scene_snapshot import SceneSnapshot

MAX_BYTES = 256 * 2**20


class SceneShelf:
    """The newest snapshot of each camera, in memory; those unused longest go first.

    max_bytes: what all of them may take together.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, SceneSnapshot] = OrderedDict()

    def keep(self, snapshots: Sequence[SceneSnapshot]) -> None:
        """Put each in the place of an older one; a picture that is not sent anew stays."""
        for snapshot in snapshots:
            known = self._kept.pop(snapshot.camera_id, None)
            self._kept[snapshot.camera_id] = kept = _merge(known, snapshot)
            self._bytes += kept.size - (known.size if known else 0)
        while self._bytes > self._max_bytes and self._kept:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size

    def find(self, camera_id: str) -> SceneSnapshot | None:
        """The camera's newest snapshot, if there is one."""
        return self._kept.get(camera_id)


def _merge(known: SceneSnapshot | None, sent: SceneSnapshot) -> SceneSnapshot:
    if known is None or known.version != sent.version or sent.picture is not None:
        return sent
    return replace(sent, picture=known.picture)
