"""`aegis policies`: what judges on a running server, since when, and what shall."""

from pathlib import Path
from typing import Annotated

import typer

from aegis.cli.connection import KeyOption, UrlOption, connect

policies = typer.Typer(no_args_is_help=True, help="See and change what judges, while it runs.")
RulesOption = Annotated[Path | None, typer.Option("--rules", help="Threat rules (YAML).")]
SiteOption = Annotated[Path | None, typer.Option("--site", help="The site file (YAML).")]
PlaybooksOption = Annotated[Path | None, typer.Option("--playbooks", help="Playbooks (YAML).")]


@policies.command()
def show(
    rule: Annotated[str | None, typer.Argument(help="One rule, with its thresholds.")] = None,
    *,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Show what is in force; of a rule, its threshold by camera and what moved it."""
    from aegis.cli.policy_table import (  # noqa: PLC0415 - keeps --help fast
        describe_rule,
        describe_version,
        tabulate_rules,
        tabulate_thresholds,
    )
    from aegis.cli.terminal import open_output  # noqa: PLC0415

    output = open_output()
    with connect(url, api_key) as client:
        if rule is not None:
            detail = client.policy_rule(rule)
            output.print(describe_rule(detail))
            output.print(tabulate_thresholds(detail) if detail.cameras else "")
            return
        overview = client.policies()
    output.print(describe_version(overview.version))
    output.print(tabulate_rules(overview))


@policies.command()
def check(
    *, rules: RulesOption = None, site: SiteOption = None, playbooks: PlaybooksOption = None
) -> None:
    """Check files here, without a server; every mistake with its place, exit code 2.

    What is not named is what the settings name, or the shipped one.
    """
    from aegis.cli.terminal import open_output  # noqa: PLC0415 - keeps --help fast
    from aegis.settings import load_settings  # noqa: PLC0415
    from aegis.site_file import load_site  # noqa: PLC0415
    from policies.response.playbooks import load_playbooks  # noqa: PLC0415
    from policies.threat.assess import version_of  # noqa: PLC0415
    from policies.threat.rules import load_rules  # noqa: PLC0415

    settings = load_settings()
    described = load_site(site or settings.site_file)
    compiled = load_rules(rules or settings.rules_file)
    known = load_playbooks(playbooks or settings.playbooks_file)
    open_output().print(
        f"{len(compiled.rules)} rules, {len(described.cameras)} cameras, "
        f"{len(known.playbooks)} playbooks; policy_version {version_of(described, compiled)}"
    )


@policies.command()
def apply(
    *,
    rules: RulesOption = None,
    site: SiteOption = None,
    playbooks: PlaybooksOption = None,
    version: Annotated[int | None, typer.Option(help="Put this old version again.")] = None,
    note: Annotated[str | None, typer.Option(help="Why; kept with the version.")] = None,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Put files, or an old version, into force on the server, without a restart.

    All or nothing: a mistake in one file changes nothing, and is told with its place.
    """
    from aegis.cli.policy_table import describe_version  # noqa: PLC0415 - keeps --help fast
    from aegis.cli.policy_texts import read_text, told_apart  # noqa: PLC0415
    from aegis.cli.terminal import open_output  # noqa: PLC0415

    with connect(url, api_key) as client, told_apart(rules=rules, site=site, playbooks=playbooks):
        kept = client.put_policies(
            rules=read_text(rules),
            site=read_text(site),
            playbooks=read_text(playbooks),
            version=version,
            note=note,
        )
    open_output().print(describe_version(kept))


@policies.command()
def history(
    number: Annotated[int | None, typer.Argument(help="One version, with its texts.")] = None,
    *,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """List every version that was ever in force; of one, print the texts."""
    from aegis.cli.policy_table import (  # noqa: PLC0415 - keeps --help fast
        describe_version,
        print_texts,
        tabulate_versions,
    )
    from aegis.cli.terminal import open_output  # noqa: PLC0415

    output = open_output()
    with connect(url, api_key) as client:
        if number is None:
            output.print(tabulate_versions(client.policy_versions()))
            return
        kept = client.policy_version(number)
    output.print(describe_version(kept))
    print_texts(kept.texts, output)
