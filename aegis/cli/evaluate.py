"""`aegis evaluate`: how good the models are on labelled pictures or clips."""

from pathlib import Path
from typing import Annotated

import typer

evaluate = typer.Typer(
    help="Measure the detector or the fight classifier on labelled data.", no_args_is_help=True
)

WeightsOption = Annotated[
    Path | None, typer.Option(help="Other weights than the shipped ones.", show_default=False)
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")]
ThreadsOption = Annotated[
    int | None, typer.Option(min=1, help="CPU threads.", show_default="all cores")
]
ReportOption = Annotated[
    Path | None, typer.Option(help="Folder for plots (PNG).", show_default=False)
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="End with one JSON object on the last line.")
]


@evaluate.command()
def detector(
    data: Annotated[Path, typer.Argument(metavar="DATA.json", help="COCO JSON of boxes.")],
    *,
    weights: WeightsOption = None,
    model: Annotated[
        str, typer.Option(help="aegis-small, or a torchvision detection model's name.")
    ] = "aegis-small",
    images: Annotated[
        Path | None, typer.Option(help="Where its pictures lie.", show_default="images/ beside it")
    ] = None,
    report: ReportOption = None,
    device: DeviceOption = "auto",
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Average precision by label, calibration error and speed on a COCO JSON; all its pictures."""
    from aegis.cli.evaluation import show_detector_figures  # noqa: PLC0415 - keeps --help fast
    from aegis.vision.detection.compute_device import use_threads  # noqa: PLC0415
    from aegis.vision.detection.detector import load_detector  # noqa: PLC0415

    use_threads(threads)
    show_detector_figures(
        data, images, load_detector(model, weights, device), report, as_json=as_json
    )


@evaluate.command()
def fights(
    labels: Annotated[
        Path, typer.Argument(metavar="LABELS.csv", help="Columns clip and label (fight, normal).")
    ],
    *,
    weights: WeightsOption = None,
    detector_weights: Annotated[
        Path | None,
        typer.Option(help="Weights of the detector that finds the people.", show_default=False),
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Only rows of this split.", show_default="all rows")
    ] = None,
    report: ReportOption = None,
    device: DeviceOption = "auto",
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accuracy, AUC, calibration error and speed on clips that lie beside a CSV."""
    from aegis.cli.evaluation import show_fight_figures  # noqa: PLC0415 - keeps --help fast
    from aegis.vision.detection.compute_device import use_threads  # noqa: PLC0415
    from aegis.vision.detection.detector import EMBEDDED_MODEL, load_detector  # noqa: PLC0415
    from aegis.vision.fights.fight_classifier import FightClassifier  # noqa: PLC0415

    use_threads(threads)
    show_fight_figures(
        labels,
        load_detector(EMBEDDED_MODEL, detector_weights, device),
        FightClassifier(weights, device),
        report,
        split=split,
        as_json=as_json,
    )
