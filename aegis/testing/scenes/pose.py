"""How a body is held at a moment of what somebody does."""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sin
from typing import Literal

Activity = Literal[
    "stand", "walk", "run", "talk", "wait", "crouch", "reach", "carry", "fight", "struck", "climb",
    "sweep", "phone", "spray", "lie",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArmPose:
    """swing: forward from hanging down, radians; bend: of the elbow; out: sideways, heights."""

    swing: float
    bend: float = 0.3
    out: float = 0.035


@dataclass(frozen=True, slots=True)
class Pose:
    """phase: of the walk, 2 pi is two steps; stride: 0 stands, 1 walks; run: 0 to 1.

    lean: of the trunk, forward, radians; crouch: 0 to 1; kick: of the right leg, 0 to 1;
    climb: legs as on a ladder; fallen: 0 stands, 1 lies; arms: left and right, None: they swing.
    """

    phase: float = 0.0
    stride: float = 0.0
    run: float = 0.0
    lean: float = 0.0
    crouch: float = 0.0
    kick: float = 0.0
    climb: bool = False
    fallen: float = 0.0
    arms: tuple[ArmPose | None, ArmPose | None] = (None, None)


def pose_of(activity: Activity, moment_s: float, walked_m: float, height_m: float) -> Pose:
    """The pose so many seconds into an activity, after a way of so many metres."""
    if activity in _POSES:
        return _POSES[activity](moment_s)
    step = 2 * pi * walked_m / (height_m * (1.25 if activity == "run" else 0.85))
    if activity == "run":
        arms = (_running_arm(step + pi), _running_arm(step))
        return Pose(phase=step, stride=1.0, run=1.0, lean=0.22, arms=arms)
    held = ArmPose(0.55, 1.25, 0.02)
    if activity == "carry":
        return Pose(phase=step, stride=0.85, lean=-0.04, arms=(held, held))
    return Pose(phase=step, stride=1.0, lean=0.03)


def _running_arm(phase: float) -> ArmPose:
    return ArmPose(0.65 * sin(phase), 1.5, 0.04)


def _stand(t: float) -> Pose:
    return Pose(phase=0.5 * t, stride=0.1, lean=0.02 * sin(0.6 * t))


def _wait(t: float) -> Pose:
    return Pose(phase=0.4 * t, stride=0.12, arms=(ArmPose(0.5, 1.6, -0.01), None))


def _talk(t: float) -> Pose:
    wave = 0.5 + 0.5 * sin(2.1 * t) * sin(0.37 * t)
    return Pose(phase=0.4 * t, stride=0.1, arms=(ArmPose(0.3 + 0.5 * wave, 1.1 + 0.5 * wave), None))


def _crouch(t: float) -> Pose:
    down = min(1.0, t / 0.6)
    arm = ArmPose(0.9 + 0.08 * sin(2 * t), 0.25, 0.0)
    return Pose(crouch=down, lean=0.55 * down, arms=(arm, arm))


def _reach(t: float) -> Pose:
    out = min(1.0, t / 0.4)
    shake = 0.06 * sin(9 * t) * out
    return Pose(phase=0.3 * t, stride=0.08, lean=0.12 * out, arms=(None, _reaching(out, shake)))


def _reaching(out: float, shake: float) -> ArmPose:
    return ArmPose(0.2 + 1.0 * out + shake, 0.25, 0.02)


def _fight(t: float) -> Pose:
    """Blows from alternate arms, three in two seconds, and now and then a kick."""
    beat = t * 1.6
    blow = max(0.0, sin(pi * (beat % 1.0))) ** 2
    left_strikes, kicks = int(beat) % 2 == 0, int(beat) % 5 == 4
    guard = ArmPose(0.8, 1.9, 0.02)
    strike = ArmPose(0.8 + 0.75 * blow, 1.9 - 1.75 * blow, 0.0)
    arms = (guard, guard) if kicks else (strike, guard) if left_strikes else (guard, strike)
    lean = 0.15 + 0.3 * blow - (0.5 * blow if kicks else 0.0)
    return Pose(4.2 * t, 0.45, lean=lean, crouch=0.1, kick=blow if kicks else 0.0, arms=arms)


def _struck(t: float) -> Pose:
    """Recoils and covers the head."""
    recoil = max(0.0, sin(pi * ((t * 1.6 + 0.2) % 1.0)))
    cover = ArmPose(1.5 + 0.5 * recoil, 2.1, 0.0)
    return Pose(3.6 * t, 0.5, lean=0.35 - 0.6 * recoil, crouch=0.25 * recoil, arms=(cover, cover))


def _climb(t: float) -> Pose:
    pull = sin(4.5 * t)
    arms = (ArmPose(2.6 + 0.3 * pull, 0.4), ArmPose(2.6 - 0.3 * pull, 0.4))
    return Pose(phase=4.5 * t, lean=0.1, climb=True, arms=arms)


def _sweep(t: float) -> Pose:
    push = 0.35 * sin(2.6 * t)
    arms = (ArmPose(0.7 + push, 0.5, -0.02), ArmPose(0.5 + push, 0.5, -0.04))
    return Pose(phase=1.3 * t, stride=0.25, lean=0.25, arms=arms)


def _phone(t: float) -> Pose:
    return Pose(phase=0.3 * t, stride=0.08, lean=0.05, arms=(None, ArmPose(0.5, 2.3, 0.03)))


def _spray(t: float) -> Pose:
    arm = ArmPose(1.5 + 0.35 * sin(1.7 * t), 0.3, 0.05 * sin(2.3 * t))
    return Pose(phase=0.4 * t, stride=0.12, lean=0.08, arms=(None, arm))


def _lie(t: float) -> Pose:
    return Pose(fallen=min(1.0, t / 0.7), arms=(ArmPose(0.6, 0.4, 0.06), ArmPose(-0.3, 0.3, 0.06)))


_POSES: dict[str, Callable[[float], Pose]] = {
    "stand": _stand,
    "wait": _wait,
    "talk": _talk,
    "crouch": _crouch,
    "reach": _reach,
    "fight": _fight,
    "struck": _struck,
    "climb": _climb,
    "sweep": _sweep,
    "phone": _phone,
    "spray": _spray,
    "lie": _lie,
}
