"""`aegis keys`: who may call, and what for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from aegis.domain.api_key import ApiKey

keys = typer.Typer(
    help="Make, list and revoke API keys. A running server notices within seconds.",
    no_args_is_help=True,
)

FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        help="The key file; by default AEGIS_KEYS_FILE, or keys.json in the data directory.",
        show_default=False,
    ),
]


@keys.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, for people.")],
    scope: Annotated[
        list[str],
        typer.Option("--scope", help="read, analyze, operate, actuate, admin, or all; repeat it."),
    ],
    camera: Annotated[
        list[str] | None,
        typer.Option(
            "--camera",
            metavar="ID[=RATE]",
            help="Only this camera's frames, at most RATE a second; repeat it. Scope analyze only.",
        ),
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0.001, max=36500, help="Valid for so many days.")
    ] = None,
    requests: Annotated[
        int | None, typer.Option("--requests", min=1, help="At most so many requests a minute.")
    ] = None,
    file: FileOption = None,
) -> None:
    """Make a key and print it: this once, for only its digest is kept."""
    from datetime import timedelta  # noqa: PLC0415 - keeps --help fast

    from aegis.cli.key_table import make_key, read_cameras, read_scopes  # noqa: PLC0415
    from aegis.cli.terminal import open_messages, open_output  # noqa: PLC0415
    from aegis.key_file import editing, new_key, utc_now  # noqa: PLC0415

    secret, now = new_key(), utc_now()
    made = make_key(
        secret,
        name=name,
        scopes=read_scopes(scope),
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
        cameras=read_cameras(camera or ()),
        requests_per_minute=requests,
    )
    path = _path(file)
    with editing(path) as kept:
        kept.append(made)
    open_messages().print(
        f"{made.id} is in {path}. This is the key; it is not shown again:", soft_wrap=True
    )
    open_output().print(secret, soft_wrap=True, highlight=False, markup=False)


@keys.command(name="list")
def list_keys(
    *,
    file: FileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List all keys, the revoked and the expired too."""
    from aegis.cli.key_table import tabulate_keys  # noqa: PLC0415 - keeps --help fast
    from aegis.cli.terminal import open_output  # noqa: PLC0415
    from aegis.key_file import KeyFile, read_keys, utc_now  # noqa: PLC0415

    kept = read_keys(_path(file))
    output = open_output()
    if as_json:
        shown = KeyFile(keys=kept).model_dump_json(exclude={"keys": {"__all__": {"sha256"}}})
        output.print_json(shown)
    elif not kept:
        output.print("There are no keys; `aegis keys create` makes one.")
    else:
        output.print(tabulate_keys(kept, utc_now()))


@keys.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Such as key_3f9a2c71.")],
    file: FileOption = None,
) -> None:
    """Close the door to a key, for good."""
    from aegis.cli.terminal import open_messages  # noqa: PLC0415 - keeps --help fast
    from aegis.key_file import editing, utc_now  # noqa: PLC0415

    with editing(_path(file)) as kept:
        place = _find(kept, key_id)
        if kept[place].revoked_at is None:
            kept[place] = kept[place].model_copy(update={"revoked_at": utc_now()})
    open_messages().print(f"{key_id} is revoked.")


def _find(kept: "list[ApiKey]", key_id: str) -> int:
    from aegis.errors import NotFound  # noqa: PLC0415 - keeps --help fast

    for place, key in enumerate(kept):
        if key.id == key_id:
            return place
    raise NotFound(f"There is no key {key_id}: `aegis keys list` shows those that there are")


def _path(file: Path | None) -> Path:
    from aegis.settings import load_settings  # noqa: PLC0415 - keeps --help fast

    return file.expanduser().absolute() if file else load_settings().keys_path
