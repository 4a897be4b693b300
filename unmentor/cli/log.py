"""``flask log``."""

import json
from dataclasses import asdict

import click

from unmentor.cli.programmes import Programmes
from unmentor.organise.log_lines import all_lines
from unmentor.programmes.models import Programme


@click.command("log")
@click.option("--programme", type=Programmes(), help="Only what was done in this one, and to all of them.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def show_log(programme: Programme | None, as_json: bool) -> None:
    """Show who did what, to whom and when, newest first."""
    lines = all_lines(programme)
    if as_json:
        click.echo(json.dumps([asdict(line) | {"at": line.at.isoformat(timespec="seconds")} for line in lines]))
        return
    for line in lines:
        click.echo(f"{line.at:%Y-%m-%dT%H:%MZ}  {line.programme or '–':<20}  {line.by:<25}  {line.says}")
    if not lines:
        click.echo("Nothing was done yet.")
