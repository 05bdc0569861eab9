"""The tracker's own filter says what the library's matrices say."""

from typing import Any

import numpy as np
import pytest
from trackers.utils.state_representations import XYXYStateEstimator

from aegis.vision.tracking.box_filter import BoxFilter


@pytest.mark.parametrize("step", [0.15, 1.0, 1.015, 2.5, 7.0])
def test_it_follows_a_box_as_the_matrices_do(step: float) -> None:
    random = np.random.default_rng(3)
    box = np.array([100, 50, 180, 300], np.float32)
    ours, theirs = BoxFilter(box), XYXYStateEstimator(box)
    both: tuple[Any, ...] = (ours, theirs)
    for either in both:
        kf = either.kf
        either.set_kf_covariances(kf.measurement_noise * 0.1, kf.process_noise * 0.01)

    for frame in range(60):
        for either in both:
            either.predict(step, 5.0)
        assert ours.state_to_bbox() == pytest.approx(theirs.state_to_bbox().tolist(), abs=1e-9)
        if frame % 4:
            box = np.asarray(box + random.normal(3, 5, 4), np.float32)
            for either in both:
                either.update(box)


def test_a_covariance_to_begin_with_is_refused_because_it_would_be_ignored() -> None:
    with pytest.raises(ValueError, match="unit variances"):
        BoxFilter(np.zeros(4)).set_kf_covariances(state_covariance=np.eye(8))
