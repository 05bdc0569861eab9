"""What moves between two small pictures of a scene, how, and around whom."""

import cv2
import numpy as np
from numpy.typing import NDArray

PICTURE_WH = (160, 96)
MEASURES = 38
"""How many numbers `MotionMeter.measure` gives."""

Picture = NDArray[np.uint8]
Flow = NDArray[np.float32]
Boxes = NDArray[np.float32]

_FILL = 114
_THINNEST = 8
_MOVING = 0.05
_TYPICAL_HEIGHT = 60.0
_TURNS = 8
_TILES_WH = (10, 8)


def small_picture(image: NDArray[np.uint8]) -> tuple[Picture, float]:
    """Luminance of an RGB (H, W, 3) or grey (H, W) picture that fits into 160 x 96, and its scale.

    scale: small pixels for one of the image's.
    """
    height, width = image.shape[:2]
    scale = min(PICTURE_WH[0] / width, PICTURE_WH[1] / height)
    # A picture thinner than this is stretched: there is no motion to measure in one row.
    inner = max(_THINNEST, round(width * scale)), max(_THINNEST, round(height * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, inner, interpolation=smooth)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.uint8), scale


def on_canvas(picture: Picture) -> Picture:
    """The picture in the upper left of (96, 160), grey around it."""
    canvas = np.full(PICTURE_WH[::-1], _FILL, np.uint8)
    canvas[: picture.shape[0], : picture.shape[1]] = picture
    return canvas


class MotionMeter:
    """Measures motion by dense optical flow (Kroeger et al. 2016, DIS), camera motion taken out.

    Speeds are in canvas widths a second, so that they mean the same at every frame rate.
    Holds the flow algorithm's scratch memory: one for a process, not one for a camera.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def measure(
        self,
        before: Picture,
        now: Picture,
        elapsed_s: float,
        flow_before: Flow | None,
        people: Boxes,
        trust: NDArray[np.float32],
    ) -> tuple[NDArray[np.float32], Flow]:
        """Return the (38,) measures of this step, and its flow at half size for the next one.

        before, now: (h, w) of one shape. people: (N, 4) xyxy in small pixels; trust: (N,)
        their scores.
        """
        height, width = now.shape
        start = np.zeros((*PICTURE_WH[::-1], 2), np.float32)
        whole = self._flow.calc(on_canvas(before), on_canvas(now), start)
        raw = np.asarray(whole, np.float32)[:height, :width]
        camera = np.median(raw.reshape(-1, 2), axis=0)
        flow = (raw - camera) / np.float32(elapsed_s * PICTURE_WH[0])
        half = np.asarray(
            cv2.resize(flow, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32
        )
        change = half - flow_before if flow_before is not None else np.zeros_like(half)
        speed = _length(flow)
        difference = cv2.absdiff(now, before).astype(np.float32) / np.float32(255 * elapsed_s)
        pan = float(np.hypot(*camera)) / elapsed_s / PICTURE_WH[0]
        row = [
            *np.percentile(speed, (50, 75, 90, 95, 99)),
            *_acceleration(change),
            *np.percentile(difference, (50, 75, 90, 95, 99)),
            *(speed.mean(), difference.mean(), pan),
            *_directions(flow, speed),
            *_deformation(flow),
            *_spread(speed),
            *_people(speed, people, trust),
        ]
        return np.array(row, np.float32), half


def _length(vectors: Flow) -> Flow:
    return np.asarray(cv2.magnitude(vectors[..., 0], vectors[..., 1]), np.float32)


def _acceleration(change: Flow) -> tuple[float, ...]:
    size = _length(change)
    return (*np.percentile(size, (75, 90, 95, 99)), float(size.mean()))


def _directions(flow: Flow, speed: Flow) -> tuple[float, float]:
    """Disorder of the directions that things move in, and how far they agree on one."""
    moving = speed > _MOVING
    angles = np.arctan2(flow[..., 1], flow[..., 0])[moving]
    counts, edges = np.histogram(angles, _TURNS, (-np.pi, np.pi), weights=speed[moving])
    shares = counts / (counts.sum() + 1e-9)
    disorder = -float((shares * np.log(shares + 1e-9)).sum())
    agreement = np.hypot(shares @ np.cos(edges[:-1]), shares @ np.sin(edges[:-1]))
    return disorder, float(agreement)


def _deformation(flow: Flow) -> tuple[float, ...]:
    """How the flow spreads, turns and shears, a second."""
    pixels = np.float32(PICTURE_WH[0])
    padded = cv2.copyMakeBorder(flow, 1, 1, 1, 1, cv2.BORDER_REPLICATE) * pixels
    x = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2
    y = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
    spread, turn = np.abs(x[..., 0] + y[..., 1]), np.abs(x[..., 1] - y[..., 0])
    shear = np.hypot(x[..., 0] - y[..., 1], x[..., 1] + y[..., 0])
    return (
        float(spread.mean()),
        float(turn.mean()),
        float(shear.mean()),
        float(np.percentile(shear, 95)),
        float(np.percentile(spread, 95)),
    )


def _spread(speed: Flow) -> tuple[float, float, float]:
    """Over how much of the picture the motion lies: entropy of tiles, radius, moving share."""
    tiles = cv2.resize(speed, _TILES_WH, interpolation=cv2.INTER_AREA)
    shares = tiles / (tiles.sum() + 1e-9)
    entropy = -float((shares * np.log(shares + 1e-9)).sum())
    weight = speed / (speed.sum() + 1e-9)
    columns, rows = weight.sum(0), weight.sum(1)
    x, y = np.arange(len(columns)), np.arange(len(rows))
    middle = columns @ x, rows @ y
    radius = np.sqrt(columns @ (x - middle[0]) ** 2 + rows @ (y - middle[1]) ** 2)
    return entropy, float(radius) / PICTURE_WH[0], float((speed > _MOVING).mean())


def _people(speed: Flow, people: Boxes, trust: NDArray[np.float32]) -> tuple[float, ...]:
    """Motion on and off people, how many there are, how close to each other, how upright."""
    mask = np.zeros(speed.shape, np.bool_)
    for x0, y0, x1, y1 in people:
        mask[max(0, int(y0)) : int(np.ceil(y1)), max(0, int(x0)) : int(np.ceil(x1))] = True
    on = float((speed * mask).sum() / (mask.sum() + 1.0))
    off = float((speed * ~mask).sum() / ((~mask).sum() + 1.0))
    wide, high = people[:, 2] - people[:, 0], np.maximum(people[:, 3] - people[:, 1], 1.0)
    height = float(np.median(high)) if len(people) else _TYPICAL_HEIGHT
    width = PICTURE_WH[0]
    return (
        on,
        off,
        float(len(people)),
        float(trust.sum()),
        *_closeness(people, high),
        float((wide / high).max()) if len(people) else 0.0,
        height / width,
        on * width / height,
        float(np.percentile(speed, 95)) * width / height,
    )


def _closeness(people: Boxes, high: NDArray[np.float32]) -> tuple[float, float]:
    """How near the nearest two stand (1 is on each other), and how many pairs touch."""
    if len(people) < 2:
        return 0.0, 0.0
    middles = (people[:, :2] + people[:, 2:]) / 2
    apart = np.hypot(*(middles[:, None] - middles[None]).transpose(2, 0, 1))
    apart = apart / ((high[:, None] + high[None]) / 2) + np.eye(len(people)) * 9
    return float(np.exp(-apart).max()), float((apart < 0.6).sum() / 2)
