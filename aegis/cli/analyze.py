"""`aegis analyze`: what Aegis sees in pictures, without a server."""

from pathlib import Path
from typing import Annotated

import typer

Images = Annotated[
    list[str],
    typer.Argument(metavar="IMAGE", help="JPEG and PNG files, folders, or patterns."),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document in place of the table.")
]
Save = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write copies there with the boxes drawn.")
]
MinScore = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Least score of a detection.", show_default="the model's own"),
]
Model = Annotated[
    str | None,
    typer.Option(
        help="The embedded model, or a torchvision detection model's name.",
        show_default="aegis-small",
    ),
]
Weights = Annotated[
    Path | None, typer.Option(help="A local weights file for it.", show_default=False)
]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda or cuda:N.", show_default="auto")]


def analyze(
    images: Images,
    *,
    as_json: AsJson = False,
    save: Save = None,
    min_score: MinScore = None,
    model: Model = None,
    weights: Weights = None,
    device: Device = None,
) -> None:
    """Show what is seen in pictures and how it is judged.

    Works in this process, with no server. A file that cannot be read is reported and the
    others go on; the exit code is then 1. With --json: a list with path, width, height,
    detections (label, score, xyxy in pixels) and analysis for each picture.
    """
    from aegis.cli.picture_report import report_pictures  # noqa: PLC0415 - keeps --help fast
    from aegis.settings import load_settings  # noqa: PLC0415

    given = {
        "score_threshold": min_score,
        "vision_model": model,
        "vision_weights": weights,
        "vision_device": device,
    }
    settings = load_settings(**{name: it for name, it in given.items() if it is not None})
    if not report_pictures(images, settings, as_json=as_json, save=save):
        raise typer.Exit(1)
