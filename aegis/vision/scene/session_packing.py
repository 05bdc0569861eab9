"""Sessions to snapshots and back."""

import io
import pickle
import zlib
from typing import Any

import structlog

from aegis.domain.scene_snapshot import SceneSnapshot
from aegis.domain.site import Site
from aegis.vision.background.scene_picture import ScenePicture
from aegis.vision.scene.scene_session import SceneSession

VERSION = 7
"""Grows whenever what a session remembers changes its form."""

MAX_BYTES = 400_000
_MAX_UNPACKED = 4_000_000
_OURS = ("aegis.vision.", "aegis.domain.")
_OTHERS = frozenset(
    {
        ("collections", "deque"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy.core.numeric", "_frombuffer"),
    }
)
_log = structlog.get_logger(__name__)


def pack(session: SceneSession, *, with_picture: bool) -> SceneSnapshot | None:
    """The session as it is now; None where it has grown over 400 KB."""
    scene, picture = session.parts()
    snapshot = SceneSnapshot(
        session.camera_id,
        VERSION,
        session.newest_s,
        _compress(scene),
        _compress(picture) if picture is not None and with_picture else None,
    )
    if snapshot.size > MAX_BYTES:
        _log.warning("scene_too_large", camera_id=session.camera_id, size=snapshot.size)
        return None
    return snapshot


def unpack(snapshot: SceneSnapshot, camera_id: str, site: Site) -> SceneSession | None:
    """The session to go on with; None, said in the log, for one that cannot be used.

    Only what sessions are made of is unpickled, and only a snapshot of this version and of
    this camera.
    """
    if (snapshot.version, snapshot.camera_id) != (VERSION, camera_id):
        _log.warning("scene_not_restored", camera_id=camera_id, reason="another version or camera")
        return None
    try:
        return _unpack(snapshot, camera_id, site)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the scene begins anew
        _log.warning("scene_not_restored", camera_id=camera_id, reason=str(error)[:200])
        return None


def _unpack(snapshot: SceneSnapshot, camera_id: str, site: Site) -> SceneSession:
    session = _decompress(snapshot.scene)
    picture = None if snapshot.picture is None else _decompress(snapshot.picture)
    if not isinstance(session, SceneSession) or session.camera_id != camera_id:
        raise TypeError("it holds no session of this camera")
    if picture is not None and not isinstance(picture, ScenePicture):
        raise TypeError("it holds no picture")
    session.describe(site)
    return session.with_picture(picture)


def _compress(part: object) -> bytes:
    return zlib.compress(pickle.dumps(part, protocol=5), 1)


def _decompress(packed: bytes) -> object:
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(packed, _MAX_UNPACKED)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError("it is too large or cut off")
    return _Unpickler(io.BytesIO(data)).load()


class _Unpickler(pickle.Unpickler):
    """Knows what sessions are made of and nothing else."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        if module_name.startswith(_OURS) or (module_name, global_name) in _OTHERS:
            return super().find_class(module_name, global_name)
        raise pickle.UnpicklingError(f"{module_name}.{global_name} belongs to no session")
