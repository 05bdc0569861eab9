"""`aegis settings`: what can be turned, and how it stands."""


def settings() -> None:
    """Show the variable of every setting with its value; secrets stay hidden."""
    from rich.table import Table  # noqa: PLC0415 - keeps --help fast

    from aegis.cli.terminal import open_output  # noqa: PLC0415
    from aegis.settings import Settings, load_settings  # noqa: PLC0415

    current = load_settings()
    table = Table(box=None, header_style="bold")
    table.add_column("variable", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("meaning")
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        variable = f"AEGIS_{name.upper()}" if alias is None else name.upper()
        value = getattr(current, name)
        shown = "" if value is None or value == () else str(value)
        table.add_row(variable, shown, field.description or "")
    open_output().print(table)
