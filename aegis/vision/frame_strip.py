"""The last seconds of each camera in small pictures, for the evidence of what comes next."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from aegis.domain.analysis import StripFrame
from aegis.vision.decoding.image_codec import encode_thumbnail

Pixels = NDArray[np.uint8]

_FRAMES = 4
_APART = timedelta(milliseconds=700)
_LATE = timedelta(minutes=1)
_CAMERAS = 1000


class FrameStrips:
    """Keeps at most four small pictures of a camera, some 10 KB each, and 1,000 cameras.

    They are taken no closer than 0.7 s apart, so a frame costs about a millisecond at most
    and mostly nothing. A late frame is not
    kept; a camera's clock that jumps back by a minute starts its strip anew.
    """

    def __init__(self) -> None:
        self._strips: OrderedDict[str, deque[StripFrame]] = OrderedDict()

    def add(self, camera_id: str | None, captured_at: datetime, shown: Pixels) -> None:
        """Remember a frame of a camera if the last one kept is old enough.

        shown: (H, W, 3) uint8 RGB as evidence may show it, that is after privacy masking.
        """
        if camera_id is None:
            return
        strip = self._strips.setdefault(camera_id, deque(maxlen=_FRAMES))
        self._strips.move_to_end(camera_id)
        if strip and captured_at < strip[-1].captured_at - _LATE:
            strip.clear()
        if not strip or captured_at >= strip[-1].captured_at + _APART:
            strip.append(StripFrame(captured_at, encode_thumbnail(shown)))
        if len(self._strips) > _CAMERAS:
            self._strips.popitem(last=False)

    def around(
        self, camera_id: str | None, captured_at: datetime, shown: Pixels
    ) -> tuple[StripFrame, ...]:
        """What was remembered before a frame, then the frame itself, oldest first."""
        own = StripFrame(captured_at, encode_thumbnail(shown))
        before = self._strips.get(camera_id or "", ())
        return (*(frame for frame in before if frame.captured_at < captured_at), own)
