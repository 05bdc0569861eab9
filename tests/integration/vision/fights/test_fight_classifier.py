"""The shipped fight classifier loads, knows when it knows nothing, and batches cameras."""

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from aegis.domain.detection import Detections
from aegis.errors import ConfigurationError
from aegis.vision.fights.fight_classifier import SHIPPED_FIGHT_WEIGHTS, FightClassifier
from aegis.vision.fights.fight_watch import FightWatch, Look

PEOPLE = Detections(
    np.array([[60, 40, 110, 200], [90, 40, 150, 200]], np.float32),
    np.array([0.8, 0.7], np.float32),
    ("person", "person"),
)


@pytest.fixture(scope="module")
def classifier() -> FightClassifier:
    torch.set_num_threads(1)
    return FightClassifier(device="cpu")


def _looks(camera: str | None, count: int, seed: int, step_s: float = 0.1) -> list[Look]:
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 255, (count, 12, 20), np.uint8)
    pictures = [np.kron(it, np.ones((20, 20), np.uint8)).astype(np.uint8) for it in coarse]
    return [Look(camera, it, index * step_s, PEOPLE) for index, it in enumerate(pictures)]


def _still(camera: str, count: int) -> list[Look]:
    return [Look(camera, look.picture, 0.1 * index, PEOPLE)
            for index, look in enumerate(_looks(camera, 1, 9) * count)]  # fmt: skip


def test_too_little_is_none_and_then_a_share(classifier: FightClassifier) -> None:
    verdicts = FightWatch(classifier).watch(_looks("a", 12, 1))
    assert verdicts[:3] == [None] * 3
    known = [it for it in verdicts if it is not None]
    assert known
    assert all(0 <= it.score <= 1 for it in known)


def test_frames_of_no_camera_have_no_score(classifier: FightClassifier) -> None:
    watch = FightWatch(classifier)
    assert watch.watch(_looks(None, 12, 1)) == [None] * 12
    assert len(watch) == 0


@pytest.mark.parametrize("fps", [2, 4])
def test_slow_cameras_are_scored_too(classifier: FightClassifier, fps: int) -> None:
    verdicts = FightWatch(classifier).watch(_looks("a", 6, 1, 1 / fps))
    assert verdicts[-1] is not None


def test_cameras_in_one_batch_are_scored_as_alone(classifier: FightClassifier) -> None:
    apart = [FightWatch(classifier).watch(_looks(name, 10, seed))[-1]
             for seed, name in enumerate("abc")]  # fmt: skip
    mixed = [look for looks in zip(*(_looks(name, 10, seed) for seed, name in enumerate("abc")),
                                   strict=True) for look in looks]  # fmt: skip
    together = FightWatch(classifier).watch(mixed)[-3:]
    pairs = [(one, two) for one, two in zip(together, apart, strict=True) if one and two]
    assert len(pairs) == 3
    for one, two in pairs:
        assert one == pytest.approx(two, abs=0.02)


def test_a_scene_where_nothing_moves_is_no_fight(classifier: FightClassifier) -> None:
    verdict = FightWatch(classifier).watch(_still("a", 15))[-1]
    assert verdict is not None
    assert verdict.score < 0.5
    assert verdict.likely_s == 0


def test_only_so_many_cameras_are_remembered_and_little_of_each(
    classifier: FightClassifier,
) -> None:
    watch = FightWatch(classifier, capacity=2)
    for name in "abc":
        watch.watch(_looks(name, 25, 1))
    assert len(watch) == 2
    assert all(len(pickle.dumps(it)) < 150_000 for it in watch._windows.values())


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    from tests.integration.vision.model_damage import rewrite

    weights = Path(shutil.copy(SHIPPED_FIGHT_WEIGHTS, tmp_path))
    shutil.copy(SHIPPED_FIGHT_WEIGHTS.with_suffix(".json"), tmp_path)
    rewrite(weights, lambda tensors: tensors | {"head.weight": torch.zeros(2, 7)})
    with pytest.raises(ConfigurationError, match=r"head\.weight is missing or not"):
        FightClassifier(weights, "cpu")
    rewrite(weights, lambda tensors: tensors | {"head.hidden_bias": torch.tensor(1.0)})
    with pytest.raises(ConfigurationError, match=r"head\.hidden_\w+ is missing or not"):
        FightClassifier(weights, "cpu")
    rewrite(weights, lambda tensors: {k: v for k, v in tensors.items() if "encoder" not in k})
    with pytest.raises(ConfigurationError, match="do not fit"):
        FightClassifier(weights, "cpu")


def test_all_shipped_models_together_are_small() -> None:
    folder = SHIPPED_FIGHT_WEIGHTS.parent
    assert sum(file.stat().st_size for file in folder.iterdir()) < 16 * 2**20
