"""``flask people``."""

from pathlib import Path

import click
from flask.cli import AppGroup

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.cli.programmes import Programmes, the_only_programme
from unmentor.db import db, transaction
from unmentor.organise.roster import Sought, everybody
from unmentor.organise.sheet import sheet_of
from unmentor.programmes.importing import carry_out, look
from unmentor.programmes.models import Programme
from unmentor.sheets import WrongSheet, text_of

people_group = AppGroup("people", help="People: invite many at once, and take the list along.")


@people_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--programme", type=Programmes(), help="Its short name; needed only where there are several.")
@click.option("--confirmed", is_flag=True, help="They agreed elsewhere: take them in without asking by mail.")
@click.option("--dry-run", is_flag=True, help="Only report.")
def bring_people(file: Path, programme: Programme | None, confirmed: bool, dry_run: bool) -> None:
    """Invite everybody in FILE, a spreadsheet with the columns name, email and phone.

    It may have video, organisation, about and language (en or cy) as well. A wrong line is reported and skipped.
    """
    try:
        looked_at = look(text_of(file.read_bytes()), programme := programme or the_only_programme())
    except WrongSheet as error:
        raise click.ClickException(str(error)) from None
    for line in looked_at:
        if line.trouble:
            click.echo(f"Line {line.number}, {line.name or 'no name'}: {line.trouble}", err=True)
    with transaction():
        taken = carry_out(looked_at, programme, runtime.now(), confirmed=confirmed)
        record(Deed.PEOPLE_IMPORTED, by=None, programme=programme.id, people=taken)
        if dry_run:
            db.session.rollback()
    verb = "would be " if dry_run else ""
    said = f"{taken} people {verb}{'in' if confirmed else 'asked to confirm'}, {len(looked_at) - taken} lines skipped."
    click.echo(said)


@people_group.command("export")
@click.option("--programme", type=Programmes(), help="Its short name; needed only where there are several.")
def export_people(programme: Programme | None) -> None:
    """Print everybody in a programme as CSV: what its organisers may see, and nothing else."""
    programme = programme or the_only_programme()
    with transaction():
        found = everybody(programme, Sought(), programme.today(runtime.now()))
        record(Deed.PEOPLE_EXPORTED, by=None, programme=programme.id, people=len(found))
        text = sheet_of(programme, found)
    click.echo(text, nl=False)
