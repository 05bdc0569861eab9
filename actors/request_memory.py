"""Which body came under which key, for requests that left nothing behind."""

from collections import OrderedDict

from aegis.errors import ValidationFailed

_MOST_KEYS = 50_000


class RequestMemory:
    """The last 50,000 keys with the digests of their bodies; forgotten when the process ends."""

    def __init__(self, most_keys: int = _MOST_KEYS) -> None:
        self._most_keys = most_keys
        self._digests: OrderedDict[str, str] = OrderedDict()

    def claim(self, key: str, digest: str) -> None:
        """Note that this body came under the key; raises ValidationFailed if another did."""
        if self._digests.setdefault(key, digest) != digest:
            raise ValidationFailed("This idempotency key was used with another body")
        self._digests.move_to_end(key)
        if len(self._digests) > self._most_keys:
            self._digests.popitem(last=False)
