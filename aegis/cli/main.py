"""The `aegis` command, put together from one file for each of its commands."""

from typing import Any

import typer
from typer.core import TyperGroup

from aegis.cli.analyze import analyze
from aegis.cli.archive import archive
from aegis.cli.backup import backup, restore
from aegis.cli.demo import demo
from aegis.cli.evaluate import evaluate
from aegis.cli.incidents import incidents
from aegis.cli.keys import keys
from aegis.cli.policies import policies
from aegis.cli.replay import replay
from aegis.cli.report import report
from aegis.cli.serve import serve
from aegis.cli.settings import settings
from aegis.cli.site import site
from aegis.cli.sql import sql
from aegis.cli.terminal import show_error
from aegis.cli.train import train
from aegis.cli.verify import verify
from aegis.cli.watch import watch
from aegis.errors import AegisError


class AegisCommands(TyperGroup):
    """Tells a user's mistake in one line with its remedy, exit code 2; never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except AegisError as error:
            show_error(error)
            raise typer.Exit(2) from error


app = typer.Typer(
    name="aegis",
    cls=AegisCommands,
    help="Physical security from camera frames: incidents with evidence and responses.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="markdown",
)
app.command()(serve)
app.command()(analyze)
app.command()(watch)
app.add_typer(incidents, name="incidents")
app.add_typer(site, name="site")
app.add_typer(policies, name="policies")
app.add_typer(keys, name="keys")
app.command()(sql)
app.command()(report)
app.command()(replay)
app.command()(verify)
app.add_typer(archive, name="archive")
app.command()(backup)
app.command()(restore)
app.command()(settings)
app.add_typer(evaluate, name="evaluate")
app.add_typer(train, name="train")
app.command()(demo)
