"""The keys of this moment: API_KEY and the key file, read anew when the file changes."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from aegis.domain.api_key import ALL_SCOPES, ApiKey, KeyScope
from aegis.errors import ConfigurationError, InvalidApiKey
from aegis.key_file import digest_of, read_keys, utc_now
from aegis.settings import Settings

_LOOKS_EVERY_S = 1.0
_Fingerprint = tuple[int, int, int]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key that was found allows; name: for logs and counts, never the key."""

    name: str
    scopes: frozenset[KeyScope]
    requests_per_minute: int | None = None
    cameras: tuple[tuple[str, float | None], ...] = ()


class KeyRing:
    """Finds the grant of a key. Finding never touches the disk: `watch` does, behind it.

    A file that cannot be read, or vanished, leaves the keys as they were and is logged; when
    there were none yet, nobody but API_KEY gets in. clock: UTC now.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        own = settings.api_key.get_secret_value() if settings.api_key else None
        self._own_digest = digest_of(own) if own else None
        self._path = settings.keys_path
        self._is_required = settings.require_api_key
        self._now = clock
        self._keys: tuple[ApiKey, ...] = ()
        self._has_file = False
        self._seen: _Fingerprint | None = None
        self.refresh()

    @property
    def has_keys(self) -> bool:
        """Whether there is anything to compare a key with; a key file without a valid key is."""
        return self._own_digest is not None or self._has_file

    @property
    def demands_key(self) -> bool:
        """Whether callers must send one."""
        return self.has_keys if self._is_required is None else self._is_required

    def find(self, key: str) -> Grant:
        """Raises InvalidApiKey.

        Compares with every key there is, each in constant time, so that the time taken tells
        nothing of which one came close.
        """
        digest, found = digest_of(key), None
        is_own = hmac.compare_digest(digest, self._own_digest or "")
        for candidate in self._keys:
            if hmac.compare_digest(digest, candidate.sha256):
                found = candidate
        if is_own:
            return Grant("key:API_KEY", ALL_SCOPES)
        if found is None:
            raise InvalidApiKey("The API key is invalid")
        if (state := found.state_at(self._now())) != "valid":
            raise InvalidApiKey(f"The API key is {state}")
        limit, cameras = found.requests_per_minute, tuple(found.cameras.items())
        return Grant(f"key:{found.id}", found.scopes, limit, cameras)

    async def watch(self) -> None:
        """For ever: look at the file once a second, in a thread."""
        while True:
            await asyncio.sleep(_LOOKS_EVERY_S)
            await asyncio.to_thread(self.refresh)

    def refresh(self) -> None:
        """Take the file over if it changed; never raises."""
        fingerprint = self._fingerprint()
        if fingerprint == self._seen:
            return
        self._seen = fingerprint
        if fingerprint is None:
            _log.error("key_file_vanished", path=str(self._path), keys_kept=len(self._keys))
            return
        is_first, self._has_file = not self._has_file, True
        try:
            self._keys = read_keys(self._path)
        except ConfigurationError as error:
            _log.error("key_file_broken", problem=error.message, keys_kept=len(self._keys))
        else:
            told = _log.debug if is_first else _log.info
            told("keys_read", keys=len(self._keys))

    def _fingerprint(self) -> _Fingerprint | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError:
            return -1, -1, -1  # it is there, and reading it will tell why it cannot be read
        return status.st_mtime_ns, status.st_size, status.st_ino
