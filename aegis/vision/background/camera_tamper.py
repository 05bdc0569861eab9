"""Whether something is being done to the camera: its view, its lens, its feed."""

from aegis.domain.observation import Tampering, TamperKind
from aegis.vision.background.feed_watch import FeedWatch
from aegis.vision.background.scene_normal import Likeness, SceneNormal
from aegis.vision.background.small_picture import SmallPicture

_LOST = 0.3
_RECOGNISED = 0.6
_FLAT = 0.4
_VEILED = 0.12
_DARK = 30.0
_UNLIT = 20.0
_OUT = 0.2
_DIMMED = 0.5
_SAME_LAYOUT = 0.6
_BLURRED = 0.4
_SOFT = 0.2
_SOFTER = 0.7
_WELL_LIT = 0.5
_LEAST_SHIFT = 3
_LASTING_S = 5.0
_LASTING_FRAMES = 3
_FORGIVEN_S = 1.0
_NEW_NORMAL_S = 60.0


class CameraTamper:
    """Covered, moved, defocused, frozen, looped or dark, each for as long as it lasts.

    The view is compared with the camera's normal by patterns and not by brightness, so
    headlights, a cloud or the switch to night do not count; what lasts under 5 s, such as a
    bump that settles back, does not either. A view that stays changed for a minute becomes
    the new normal. Light that goes out is no cover: what is left of it falls as it did, or
    nothing is left. The dark is told for a minute, and the normal waits for the light. Weak
    where the normal has next to no texture: nothing but the feed is judged there; and where
    a lens is covered in black, which looks like the dark.
    """

    def __init__(self) -> None:
        self._feed = FeedWatch()
        self._kind: TamperKind | None = None
        self._since_s = 0.0
        self._held_s = 0.0
        self._frames = 0
        self._certainty = 0.0

    @property
    def is_suspected(self) -> bool:
        """Whether the view is not the normal one now, be it for a moment."""
        return self._kind is not None

    def see(self, small: SmallPicture, normal: SceneNormal, at_s: float) -> Tampering | None:
        """Look at the next frame; what is being done to the camera, if anything."""
        self._feed.see(small, at_s)
        self._see_view(small, normal, at_s)
        lasted_s = at_s - self._since_s
        is_lasting = self._frames >= _LASTING_FRAMES and lasted_s >= _LASTING_S
        if self._kind == "dark":
            # Black pictures are all the same, of a live feed too.
            told = is_lasting and lasted_s < _NEW_NORMAL_S
            return _tampering("dark", lasted_s, self._certainty) if told else None
        if (frozen_s := self._feed.frozen_s(at_s)) is not None:
            return _tampering("frozen", frozen_s, 0.95)
        if (looped_s := self._feed.looped_s(at_s)) is not None:
            return _tampering("looped", looped_s, 0.9)
        if self._kind is None or not is_lasting:
            return None
        if lasted_s >= _NEW_NORMAL_S:
            normal.forget()
            self._kind = None
            return None
        return _tampering(self._kind, lasted_s, self._certainty)

    def pause(self) -> None:
        """Frames were missing for long: what lasted until then is over."""
        self._feed.pause()
        self._kind = None

    def _see_view(self, small: SmallPicture, normal: SceneNormal, at_s: float) -> None:
        found = _judge_view(small, normal) if normal.is_known else None
        if found is None:
            if self._kind is not None and at_s - self._held_s > _FORGIVEN_S:
                self._kind = None
            return
        if self._kind is None or (self._kind == "dark") != (found[0] == "dark"):
            self._since_s, self._frames = at_s, 0
        self._kind, self._certainty = found
        self._held_s = at_s
        self._frames += 1


def _judge_view(small: SmallPicture, normal: SceneNormal) -> tuple[TamperKind, float] | None:
    """What the view looks like in this one frame, with a certainty of 0 to 1."""
    likeness = normal.compare(small)
    if likeness is None:
        return None
    light = float(small.luma.mean())
    if likeness.contrast <= _OUT and light <= _UNLIT:
        return "dark", min(0.99, 1 - likeness.contrast)
    if likeness.contrast <= _VEILED and light >= _DARK:
        return _judge_cover(small, normal, 1 - likeness.contrast)
    if likeness.agreement >= _RECOGNISED:
        return _judge_focus(small, normal, likeness)
    if likeness.agreement > _LOST and normal.layout_of(small) >= _SAME_LAYOUT:
        # Much of a pattern goes with the focus; light and shade still lie as they did.
        out_of_focus = _judge_focus(small, normal, likeness)
        if out_of_focus is not None:
            return out_of_focus
    return _judge_place(small, normal, likeness)


def _judge_place(
    small: SmallPicture, normal: SceneNormal, likeness: Likeness
) -> tuple[TamperKind, float] | None:
    """Moved, or so covered that nothing is left to be recognised."""
    shift = normal.shift_of(small)
    if max(map(abs, shift)) >= _LEAST_SHIFT:
        aligned = normal.compare(small, shift)
        if aligned is not None and aligned.agreement >= _RECOGNISED:
            return "moved", aligned.agreement
    if likeness.agreement > _LOST:
        return None
    if likeness.contrast <= _FLAT:
        return _judge_cover(small, normal, 1 - likeness.agreement)
    return "moved", 0.9 * (1 - likeness.agreement)


def _judge_cover(
    small: SmallPicture, normal: SceneNormal, certainty: float
) -> tuple[TamperKind, float]:
    """Covered, or only dark: what light is left in the dark falls as it did."""
    is_dark = _is_dimmed(small, normal) and normal.layout_of(small) >= _SAME_LAYOUT
    return "dark" if is_dark else "covered", min(0.99, certainty)


def _judge_focus(
    small: SmallPicture, normal: SceneNormal, likeness: Likeness
) -> tuple[TamperKind, float] | None:
    """A strong blur takes the normal's fine pattern away; a slight one some, and the detail.

    Nothing is said of detail in the dark, where noise looks like it.
    """
    kept = likeness.sharpness / max(likeness.contrast, _OUT)
    if kept <= _SOFT:
        return "defocused", min(0.99, 1 - kept / 2)
    is_lit = likeness.contrast >= _WELL_LIT or not _is_dimmed(small, normal)
    if likeness.detail > _BLURRED or kept > _SOFTER or not is_lit:
        return None
    return "defocused", min(0.99, 1 - likeness.detail / 2)


def _is_dimmed(small: SmallPicture, normal: SceneNormal) -> bool:
    return bool(small.luma.mean() <= _DIMMED * normal.mean.mean())


def _tampering(kind: TamperKind, for_s: float, certainty: float) -> Tampering:
    return Tampering(kind=kind, for_s=round(for_s, 3), certainty=round(certainty, 3))
