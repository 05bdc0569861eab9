"""`aegis train`: fit the models to a site's own pictures and clips."""

from pathlib import Path
from typing import Annotated

import typer

from aegis.cli.connection import KeyOption, UrlOption, connect

train = typer.Typer(
    help="Fit the detector or the fight classifier to your own labelled data.",
    no_args_is_help=True,
)

OutOption = Annotated[Path, typer.Option(help="Folder for checkpoint, weights and report.")]
SeedOption = Annotated[int, typer.Option(help="Same seed, data and machine: same weights.")]


@train.command()
def detector(
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="TRAIN.json...",
            help="COCO JSON, pictures in images/; or boxes.json of clips, labels.csv beside it.",
        ),
    ],
    *,
    out: OutOption,
    valid: Annotated[
        list[Path] | None,
        typer.Option(help="To calibrate and judge with.", show_default="a tenth, held out"),
    ] = None,
    start_from: Annotated[
        Path | None, typer.Option(help="Weights to go on from.", show_default="the shipped ones")
    ] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Begin with random weights.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint in --out.")
    ] = False,
    epochs: Annotated[int, typer.Option(min=1)] = 30,
    rate: Annotated[
        float | None, typer.Option(help="Peak learning rate.", show_default="3e-4, 1.5e-3 anew")
    ] = None,
    seed: SeedOption = 1,
    side: Annotated[int, typer.Option(help="Training squares, pixels; a multiple of 32.")] = 320,
    batch: Annotated[int, typer.Option(min=1)] = 16,
    workers: Annotated[int, typer.Option(min=0, help="Processes that augment.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, show_default="all cores")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
) -> None:
    """Fit the detector to COCO JSON files.

    Interrupted, it loses at most the epoch that was running. Then serve with
    AEGIS_VISION_WEIGHTS=OUT/aegis-small.safetensors.
    """
    from aegis.cli.training import run_detector_training  # noqa: PLC0415 - keeps --help fast
    from aegis.training.detector_plan import DetectorPlan  # noqa: PLC0415
    from aegis.training.training_schedule import TrainingSchedule  # noqa: PLC0415
    from aegis.vision.detection.compute_device import use_threads  # noqa: PLC0415
    from aegis.vision.detection.embedded_detector import SHIPPED_WEIGHTS  # noqa: PLC0415

    use_threads(threads)
    begin = None if from_scratch else (start_from or SHIPPED_WEIGHTS)
    usual_rate = 1.5e-3 if from_scratch else 3e-4
    run_detector_training(
        DetectorPlan(
            tuple(data),
            out,
            tuple(valid or ()),
            begin,
            resume=resume,
            schedule=TrainingSchedule(epochs, rate=rate or usual_rate),
            seed=seed,
            side=side,
            batch=batch,
            workers=workers,
            device=device,
        )
    )


@train.command()
def fights(
    labels: Annotated[
        Path, typer.Argument(metavar="LABELS.csv", help="Columns clip, label, and source if known.")
    ],
    *,
    out: OutOption,
    split: Annotated[
        str | None, typer.Option(help="Only rows of this split.", show_default="all rows")
    ] = None,
    also: Annotated[
        Path | None,
        typer.Option(help="A CSV of more clips to learn from, no measure.", show_default=False),
    ] = None,
    also_weight: Annotated[
        float, typer.Option(min=0.0, help="What a normal one counts beside one of LABELS.csv.")
    ] = 0.2,
    also_fight_weight: Annotated[
        float, typer.Option(min=0.0, help="What a fight of those counts beside one of LABELS.csv.")
    ] = 1.0,
    detector_weights: Annotated[
        Path | None,
        typer.Option(help="Weights of the detector that finds the people.", show_default=False),
    ] = None,
    seed: SeedOption = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Use what --out knows of the clips already.")
    ] = False,
    threads: Annotated[int | None, typer.Option(min=1, show_default="all cores")] = None,
) -> None:
    """Fit the fight classifier to clips that lie beside a CSV.

    With --also it learns from more clips, those of `aegis train render-clips`, say; calibration
    and figures come from LABELS.csv alone. Interrupted, it loses at most the clip that was
    looked at. Then serve with AEGIS_FIGHT_WEIGHTS=OUT/aegis-fight.safetensors.
    """
    from aegis.cli.training import run_fight_training  # noqa: PLC0415 - keeps --help fast
    from aegis.vision.detection.compute_device import use_threads  # noqa: PLC0415

    use_threads(threads)
    run_fight_training(
        labels,
        split,
        detector_weights,
        out,
        also=None if also is None else (also, also_weight, also_fight_weight),
        seed=seed,
        resume=resume,
    )


@train.command("render-clips")
def render_clips(
    *,
    out: Annotated[Path, typer.Option(help="Folder for the clips and their labels.csv.")],
    variants: Annotated[
        int, typer.Option(min=1, max=1000, help="How many variants of every play.")
    ] = 4,
) -> None:
    """Film plays: people who run, play, chat or work, labelled normal, and staged fights.

    They teach `aegis train fights --also OUT/labels.csv` what quick motion is no fight, and
    `aegis train detector ... OUT/boxes.json` what is no weapon.
    """
    from aegis.cli.training import run_rendering  # noqa: PLC0415 - keeps --help fast

    run_rendering(out, variants)


@train.command("export-verdicts")
def export_verdicts(
    *,
    out: OutOption,
    label: Annotated[
        list[str] | None,
        typer.Option(help="What the operators said was not there.", show_default="weapon"),
    ] = None,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Turn incidents that operators called false into pictures without the thing reported.

    Writes OUT/false-LABEL.json (COCO, no boxes) and OUT/images/; give them to
    `aegis train detector` beside labelled data. An incident about a person may be false though
    a person was there: ask for `--label person` only if yours are not.
    """
    from aegis.cli.terminal import open_output  # noqa: PLC0415 - keeps --help fast
    from aegis.training.verdict_export import export_false_positives  # noqa: PLC0415

    with connect(url, api_key) as client:
        counts = export_false_positives(client, tuple(label or ("weapon",)), out)
    for name, count in counts.items():
        open_output().print(f"{count} pictures without {name}: {out / f'false-{name}.json'}")
