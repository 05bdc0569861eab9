"""Analyses pictures one by one and tells what was seen: as a table, as JSON, as pictures."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from aegis.cli.local_analyst import LocalAnalyst, list_detections
from aegis.cli.picture_files import find_pictures
from aegis.cli.terminal import open_messages, open_output, style_severity
from aegis.domain.analysis import SceneAnalysis
from aegis.errors import AegisError, ConfigurationError, InvalidImage
from aegis.settings import Settings
from aegis.vision.box_drawing import draw_boxes
from aegis.vision.decoding.image_codec import decode_image, encode_jpeg

Report = tuple[Path, SceneAnalysis | AegisError]


def report_pictures(
    names: Sequence[str], settings: Settings, *, as_json: bool, save: Path | None
) -> bool:
    """Whether every picture could be read; raises ConfigurationError."""
    paths = find_pictures(names)
    if save is not None:
        _make_folder(save)
    analyst = LocalAnalyst(settings)
    messages = open_messages()
    used: set[str] = set()
    reports: list[Report] = []
    for path in _with_progress(paths, messages):
        report = _analyze_file(path, analyst, save and _free_name(save, path, used))
        if isinstance(report, AegisError) and not as_json:
            messages.print(f"[red]{escape(str(path))}[/]: {escape(report.message)}", soft_wrap=True)
        reports.append((path, report))
    if as_json:
        open_output().print_json(json.dumps([_as_json(*it) for it in reports]))
    else:
        open_output().print(_as_table(reports))
    return not any(isinstance(report, AegisError) for _, report in reports)


def _with_progress(paths: Sequence[Path], messages: Console) -> Iterable[Path]:
    if len(paths) == 1 or not messages.is_terminal:
        return paths
    return track(paths, "Analysing", console=messages, transient=True)


def _analyze_file(
    path: Path, analyst: LocalAnalyst, copy: Path | None
) -> SceneAnalysis | AegisError:
    try:
        image = path.read_bytes()
        seen = analyst.analyze(image)
        if copy is not None:
            drawn = draw_boxes(decode_image(image), list_detections(seen.observation))
            copy.write_bytes(encode_jpeg(drawn, quality=92))
    except OSError as error:
        return InvalidImage(f"{error.strerror or 'cannot be read'}")
    except AegisError as error:
        return error
    return seen


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be made ({error.strerror}): give --save a folder to write to"
        ) from error


def _free_name(folder: Path, path: Path, used: set[str]) -> Path:
    """`STEM.jpg`, numbered when two pictures in different folders share a name."""
    name, number = f"{path.stem}.jpg", 2
    while name in used:
        name, number = f"{path.stem}-{number}.jpg", number + 1
    used.add(name)
    return folder / name


def _as_json(path: Path, report: SceneAnalysis | AegisError) -> dict[str, Any]:
    if isinstance(report, AegisError):
        return {"path": str(path), "error": {"code": report.code, "message": report.message}}
    width, height = report.observation.resolution_wh
    found = list_detections(report.observation)
    boxes = zip(found.labels, found.scores.tolist(), found.xyxy.tolist(), strict=True)
    analysis = report.assessment.model_dump(mode="json")
    return {
        "path": str(path),
        "width": width,
        "height": height,
        "detections": [
            {"label": label, "score": round(score, 4), "xyxy": [round(it, 1) for it in xyxy]}
            for label, score, xyxy in boxes
        ],
        "analysis": {"incident": report.assessment.is_incident} | analysis,
    }


def _as_table(reports: Sequence[Report]) -> Table:
    table = Table("picture", "size", "seen", "judged", "why", header_style="bold")
    for path, report in reports:
        if isinstance(report, AegisError):
            table.add_row(escape(str(path)), "", "", "[red]unreadable[/]", escape(report.message))
            continue
        verdict = report.assessment
        judged = escape(verdict.subtype or verdict.type)
        if verdict.is_incident:
            judged += f" {style_severity(verdict.severity)} {verdict.confidence:.0f} %"
        found = list_detections(report.observation)
        seen = [
            f"{label} {score:.2f}" for label, score in zip(found.labels, found.scores, strict=True)
        ]
        size = "{} x {}".format(*report.observation.resolution_wh)
        table.add_row(
            escape(str(path)), size, escape(", ".join(seen)), judged, escape(verdict.reasoning)
        )
    return table
