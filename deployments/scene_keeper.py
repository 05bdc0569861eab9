"""Keeps scenes where they survive their replica, and asks for those of others."""

import asyncio
import time
from collections import OrderedDict, deque

import structlog

from aegis.domain.scene_snapshot import SceneSnapshot
from aegis.domain.site import Site
from aegis.errors import AegisError
from aegis.ports import SceneArchive
from aegis.vision.scene.scene_session import SceneSession
from aegis.vision.scene.session_packing import pack, unpack

_PACK_S = 3.0
_PICTURE_S = 30.0
_FETCH_TIMEOUT_S = 1.0
_STALE_S = 10.0
_REMEMBERED = 4000
_WAITING = 2000
_BATCH = 50
_log = structlog.get_logger(__name__)


class SceneKeeper:
    """A replica's side of the scene archive.

    A session is packed when its camera has a frame and the last snapshot is 3 s old, what is
    remembered of its pictures every 30 s, so what survives is at most some 4 s behind.
    A camera that was not seen here for 10 s may have been elsewhere meanwhile, so before its
    next frame the archive is asked once. An archive that does not answer within a second
    costs nothing but the memory of that scene.
    """

    def __init__(self, archive: SceneArchive) -> None:
        self._archive = archive
        self._seen_at: OrderedDict[str, float] = OrderedDict()
        self._fetching: dict[str, asyncio.Task[None]] = {}
        self._arrived: dict[str, SceneSnapshot] = {}
        self._waiting: deque[SceneSnapshot] = deque(maxlen=_WAITING)
        self._packed_at: dict[str, float] = {}
        self._pictured_at: dict[str, float] = {}
        self._sender: asyncio.Task[None] | None = None

    async def prepare(self, camera_id: str) -> None:
        """Have the camera's scene at hand before its frame is looked at."""
        now = time.monotonic()
        known_at = self._seen_at.get(camera_id)
        self._seen_at[camera_id] = now
        self._seen_at.move_to_end(camera_id)
        if len(self._seen_at) > _REMEMBERED:
            self._seen_at.popitem(last=False)
        if known_at is None or now - known_at > _STALE_S:
            self._fetching[camera_id] = asyncio.create_task(self._fetch(camera_id))
        if (fetching := self._fetching.get(camera_id)) is not None:
            await fetching

    def take(self, camera_id: str, site: Site) -> SceneSession | None:
        """What has arrived for this camera, once; in the thread of the sessions."""
        found = self._arrived.pop(camera_id, None)
        return None if found is None else unpack(found, camera_id, site)

    def note(self, session: SceneSession) -> None:
        """Have it kept with the next `send` if it is due; in the thread of the sessions."""
        now = time.monotonic()
        if now - self._packed_at.get(session.camera_id, -_PACK_S) < _PACK_S:
            return
        with_picture = now - self._pictured_at.get(session.camera_id, -_PICTURE_S) >= _PICTURE_S
        snapshot = pack(session, with_picture=with_picture)
        if len(self._packed_at) > _REMEMBERED:
            self._packed_at.clear()
            self._pictured_at.clear()
        self._packed_at[session.camera_id] = now
        if snapshot is None:
            return
        if snapshot.picture is not None:
            self._pictured_at[session.camera_id] = now
        self._waiting.append(snapshot)

    def send(self) -> None:
        """Hand over what was offered, behind the caller's back."""
        if self._waiting and (self._sender is None or self._sender.done()):
            self._sender = asyncio.create_task(self._send())

    async def _fetch(self, camera_id: str) -> None:
        try:
            found = await asyncio.wait_for(self._archive.find_scene(camera_id), _FETCH_TIMEOUT_S)
            if found is not None:
                self._arrived[camera_id] = found
        except Exception as error:  # noqa: BLE001 - the rim: a frame must not fail for its past
            _log.warning("scene_not_found", camera_id=camera_id, reason=str(error))
        finally:
            self._fetching.pop(camera_id, None)

    async def _send(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            try:
                await self._archive.keep_scenes(batch)
            except AegisError as error:
                _log.warning("scenes_not_kept", count=len(batch), reason=str(error))
                return
