"""Where a followed box will be next."""

from typing import Any, NamedTuple

from trackers.utils.state_representations import BaseStateEstimator

_NOMINAL_S = 0.004


class _Unscaled(NamedTuple):
    measurement_noise: float = 1.0
    process_noise: float = 1.0


class BoxFilter(BaseStateEstimator):
    """The Kalman filter of ByteTrack's corner boxes, a fiftieth of the arithmetic.

    A corner coordinate goes on at its own velocity. All four begin equally uncertain, with
    the same noise, and none says anything of another: so their covariance is one of 2 x 2,
    and three numbers. What it gives is what the 8 x 8 matrices of XYXYStateEstimator give,
    to rounding.
    """

    kf: Any = _Unscaled()
    """Where a tracklet reads the noises that it scales."""

    def __init__(self, bbox: Any) -> None:
        self.measurement_noise = self.kf.measurement_noise
        self.process_noise = self.kf.process_noise
        self._place: list[float] = [float(it) for it in bbox]
        self._pace = [0.0, 0.0, 0.0, 0.0]
        self._spread = (1.0, 0.0, 1.0)

    def set_kf_covariances(
        self, measurement_noise: Any = None, process_noise: Any = None, state_covariance: Any = None
    ) -> None:
        """Variances, the same for each coordinate; state_covariance is not taken."""
        if state_covariance is not None:
            raise ValueError("a BoxFilter begins with unit variances")
        if measurement_noise is not None:
            self.measurement_noise = float(measurement_noise)
        if process_noise is not None:
            self.process_noise = float(process_noise)

    def predict(self, frame_step: float = 1.0, frame_rate: float | None = None) -> None:
        """Go on by so many nominal frames; the noise of one frame is taken as it is."""
        step, noise = frame_step, self.process_noise
        if abs(step - 1.0) <= (_NOMINAL_S * frame_rate if frame_rate else 0.1):
            of_place, of_both, of_pace = noise, 0.0, noise
        else:
            of_pace = noise * step * step
            of_both, of_place = of_pace * step / 2.0, of_pace * step * step / 4.0
        (x0, y0, x1, y1), (u0, v0, u1, v1) = self._place, self._pace
        self._place = [x0 + step * u0, y0 + step * v0, x1 + step * u1, y1 + step * v1]
        place, both, pace = self._spread
        self._spread = (
            place + 2.0 * step * both + step * step * pace + of_place,
            both + step * pace + of_both,
            pace + of_pace,
        )

    def update(self, bbox: Any) -> None:
        """Believe a box as far as the noises say; None changes nothing."""
        if bbox is None:
            return
        place, both, pace = self._spread
        noise = self.measurement_noise
        of_place, of_pace = place / (place + noise), both / (place + noise)
        (a0, b0, a1, b1), (x0, y0, x1, y1) = bbox.tolist(), self._place
        a0, b0, a1, b1 = a0 - x0, b0 - y0, a1 - x1, b1 - y1
        self._place = [
            x0 + of_place * a0,
            y0 + of_place * b0,
            x1 + of_place * a1,
            y1 + of_place * b1,
        ]
        u0, v0, u1, v1 = self._pace
        self._pace = [u0 + of_pace * a0, v0 + of_pace * b0, u1 + of_pace * a1, v1 + of_pace * b1]
        kept = 1.0 - of_place
        self._spread = (
            kept * kept * place + of_place * of_place * noise,
            kept * (both - of_pace * place) + of_place * of_pace * noise,
            pace - 2.0 * of_pace * both + of_pace * of_pace * (place + noise),
        )

    def state_to_bbox(self) -> Any:
        """Corners x0, y0, x1, y1; not to be written to."""
        return self._place

    def bbox_to_measurement(self, bbox: Any) -> Any:
        """The box itself."""
        return bbox

    def clamp_velocity(self, frame_step: float = 1.0) -> None:
        """Corners may move as they like."""

    def _create_filter(self, bbox: Any) -> Any:
        raise NotImplementedError("a BoxFilter is its own")
