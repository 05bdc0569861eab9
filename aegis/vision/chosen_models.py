"""The models that the settings name, loaded once to see whether they can be."""

from aegis.settings import Settings
from aegis.vision.detection.detector import load_detector
from aegis.vision.fights.fight_classifier import FightClassifier


def check_chosen_models(settings: Settings) -> None:
    """Load them on the CPU, fetching published weights; raises ConfigurationError.

    It costs seconds, so it is for models that a site chose; the shipped ones are tested.
    """
    load_detector(
        settings.vision_model, settings.vision_weights, "cpu", settings.vision_weights_sha256
    )
    FightClassifier(settings.fight_weights, "cpu")
