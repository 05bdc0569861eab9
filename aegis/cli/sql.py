"""`aegis sql`: one SELECT over everything that is remembered."""

from typing import Annotated

import typer

from aegis.cli.connection import KeyOption, UrlOption, connect


def sql(
    question: Annotated[
        str,
        typer.Argument(
            help="One SELECT over incidents, actions, status_history, observations (DuckDB)."
        ),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the server's JSON.")] = False,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Ask a running Aegis in SQL, hot and archived days alike; needs a key with scope admin.

    It runs on the server in a process without files or network, for 10 s, in 512 MB, and
    gives at most 10,000 rows. `SELECT * FROM incidents LIMIT 1` shows the columns.
    """
    from rich.markup import escape  # noqa: PLC0415 - keeps --help fast
    from rich.table import Table  # noqa: PLC0415

    from aegis.cli.terminal import open_messages, open_output  # noqa: PLC0415

    with connect(url, api_key) as client:
        answer = client.ask_sql(question)
    if as_json:
        open_output().print_json(answer.model_dump_json())
        return
    table = Table()
    for name, kind in zip(answer.columns, answer.types, strict=True):
        is_number = any(word in kind for word in ("INT", "DOUBLE", "DECIMAL", "FLOAT"))
        table.add_column(escape(name), justify="right" if is_number else "left")
    for row in answer.rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row))
    open_output().print(table)
    more = ", and more that are not shown" if answer.is_cut else ""
    open_messages().print(f"{len(answer.rows)} rows{more}, {answer.elapsed_ms} ms", style="dim")
