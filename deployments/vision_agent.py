"""The agent that looks at frames, remembers each camera's scene and judges what goes on."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aegis.domain.analysis import SceneAnalysis
from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation
from aegis.domain.value import to_utc
from aegis.errors import AegisError
from aegis.garbage import quick_start
from aegis.log import configure_logging
from aegis.ports import SceneArchive
from aegis.settings import Settings
from aegis.vision.decoding.image_codec import encode_jpeg
from aegis.vision.decoding.image_header import check_image_header
from aegis.vision.decoding.privacy_mask import hide
from aegis.vision.detection.detector import load_detector
from aegis.vision.detection.fast_paths import FastPaths
from aegis.vision.fights.fight_watch import FightVerdict, FightWatch, Look
from aegis.vision.frame_strip import FrameStrips
from aegis.vision.scene.scene_session import SceneSessions
from data.archive_folder import ArchiveFolder
from data.observation_archive import ObservationSink
from deployments.call_meter import CallMeter, Report
from deployments.drain_batcher import DrainBatcher
from deployments.policy_feed import AskState, PolicyFeed
from deployments.scene_keeper import SceneKeeper
from policies.threat.assess import assess

Pixels = NDArray[np.uint8]
# Detections down to this share of the threshold keep tracks alive; they start none.
_WEAK = 0.5


class VisionAgent:
    """Decodes, detects in batches over cameras, follows each camera's scene, and judges.

    Holds the scene sessions of the cameras routed to it. Pixels, model and sessions live in
    one thread; the event loop stays free.
    """

    @quick_start()
    def __init__(
        self,
        settings: Settings,
        report: Report,
        archive: SceneArchive | None = None,
        ask: AskState | None = None,
    ) -> None:
        """archive: where scenes survive this replica; None: nowhere.

        ask: tells what is in force; None: only the files that the settings name are.
        """
        # These bring torch, which whoever only names the agent need not wait for.
        from aegis.vision.decoding.decoder_choice import choose_decoder  # noqa: PLC0415
        from aegis.vision.fights.fight_classifier import FightClassifier  # noqa: PLC0415

        configure_logging(settings.log_level)
        _use_threads(settings.vision_threads)
        self._max_pixels = settings.max_image_pixels
        self._decoder = choose_decoder(
            settings.max_image_pixels, settings.vision_device, on_card=settings.vision_card_decode
        )
        self._detector = load_detector(
            settings.vision_model,
            settings.vision_weights,
            settings.vision_device,
            settings.vision_weights_sha256,
            FastPaths(half=settings.vision_half, graphs=settings.vision_graphs),
        )
        chosen = settings.score_threshold
        self._min_score = self._detector.score_threshold if chosen is None else chosen
        self._feed = PolicyFeed(settings, ask)
        self._policies = self._feed.current
        self._keeper = None if archive is None else SceneKeeper(archive)
        self._fights = FightWatch(FightClassifier(settings.fight_weights, settings.vision_device))
        self._sessions = SceneSessions(self._policies.site, self._min_score)
        self._strips = FrameStrips()
        self._sink = _open_sink(settings)
        self._batcher = DrainBatcher(self.look, settings.vision_batch, settings.vision_queue)
        self._meter = CallMeter("VisionAgent", report)
        self._detector.detect([np.zeros((64, 64, 3), np.uint8)])

    async def analyze(self, frame: Frame) -> SceneAnalysis:
        """See and judge one frame.

        Raises InvalidImage, AnalysisFailed, or ServiceUnavailable when too many frames wait.
        """
        await self._feed.ready()
        if self._keeper is None or frame.camera_id is None:
            return await self._meter.measure(self._batcher.submit(frame))
        await self._keeper.prepare(frame.camera_id)
        try:
            return await self._meter.measure(self._batcher.submit(frame))
        finally:
            self._keeper.send()

    async def health(self) -> str:
        """`ok`: the model is loaded before a replica takes calls."""
        return "ok"

    def look(self, frames: Sequence[Frame]) -> list[SceneAnalysis | Exception]:
        """An analysis or what went wrong for each frame, in order; one forward pass for all."""
        self._take_over_policies()
        decoded = self._decoder.decode([frame.image for frame in frames])
        pictures = [self._hide(*it) for it in zip(frames, decoded, strict=True)]
        readable = [picture for picture in pictures if isinstance(picture, np.ndarray)]
        seen = self._detector.detect(readable) if readable else []
        clear = [it for it, picture in zip(frames, pictures, strict=True) if _is_clear(picture)]
        fights = self._fights.watch(
            [
                Look(frame.camera_id, picture, to_utc(frame.captured_at).timestamp(), found)
                for frame, picture, found in zip(clear, readable, seen, strict=True)
            ]
        )
        judged = iter(
            [
                self._judge(frame, picture, found.above(_WEAK * self._min_score), fight)
                for frame, picture, found, fight in zip(clear, readable, seen, fights, strict=True)
            ]
        )
        return [it if isinstance(it, AegisError) else next(judged) for it in pictures]

    def _take_over_policies(self) -> None:
        """What is in force by now, the same for all frames of a batch."""
        newest = self._feed.current
        if newest.site.version != self._policies.site.version:
            self._sessions.describe(newest.site)
            # What may be private from now on was kept as it was.
            self._strips = FrameStrips()
        self._policies = newest

    def _hide(self, frame: Frame, picture: Pixels | AegisError) -> Pixels | AegisError:
        """The picture without what is private: nothing behind this line ever sees that."""
        private = self._policies.site.camera(frame.camera_id).privacy
        if not private or isinstance(picture, AegisError):
            return picture
        return hide(picture, private, check_image_header(frame.image, self._max_pixels).block_px)

    def _follow(
        self,
        frame: Frame,
        picture: Pixels,
        detections: Detections,
        resolution_wh: tuple[int, int],
    ) -> Observation:
        """In the camera's scene, which may have come from another replica."""
        keeper, camera_id = self._keeper, frame.camera_id
        if keeper is None or camera_id is None:
            return self._sessions.observe(frame, detections, resolution_wh, picture)
        if (arrived := keeper.take(camera_id, self._policies.site)) is not None:
            self._sessions.adopt(arrived)
        observation = self._sessions.observe(frame, detections, resolution_wh, picture)
        if (session := self._sessions.of(camera_id)) is not None:
            keeper.note(session)
        return observation

    def _judge(
        self, frame: Frame, picture: Pixels, detections: Detections, fight: FightVerdict | None
    ) -> SceneAnalysis:
        height, width = picture.shape[:2]
        observation = self._follow(frame, picture, detections, (width, height))
        if fight is not None:
            update = {"fight_score": fight.score, "fight_s": fight.likely_s}
            observation = observation.model_copy(update=update)
        assessment = assess(
            observation, self._policies.site, self._policies.rules, self._policies.thresholds
        )
        if self._sink:
            self._sink.offer(observation)
        analysis = SceneAnalysis(observation, assessment)
        if assessment.is_incident:
            strip = self._strips.around(frame.camera_id, frame.captured_at, picture)
            analysis = SceneAnalysis(observation, assessment, encode_jpeg(picture), strip)
        self._strips.add(frame.camera_id, frame.captured_at, picture)
        return analysis


def _open_sink(settings: Settings) -> ObservationSink | None:
    """Where what was seen goes, for replay."""
    if not settings.observation_sample_s:
        return None
    return ObservationSink(ArchiveFolder(settings.archive_place), settings.observation_sample_s)


def _is_clear(picture: Pixels | AegisError) -> bool:
    return isinstance(picture, np.ndarray)


def _use_threads(count: int) -> None:
    """A replica's share of the cores; imports here spare seconds to who only names the agent."""
    import cv2  # noqa: PLC0415
    import torch  # noqa: PLC0415

    torch.set_num_threads(count)
    cv2.setNumThreads(count)
