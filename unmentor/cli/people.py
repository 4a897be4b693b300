"""``flask people``."""

from pathlib import Path

import click
from flask.cli import AppGroup

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.cli.programmes import Programmes, the_only_programme
from unmentor.db import db, transaction
from unmentor.programmes.importing import WrongSheet, import_people
from unmentor.programmes.models import Programme

people_group = AppGroup("people", help="People: invite many at once.")


@people_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--programme", "of", type=Programmes(), help="Its short name; needed only where there are several.")
@click.option("--confirmed", is_flag=True, help="They agreed elsewhere: take them in without asking by mail.")
@click.option("--dry-run", is_flag=True, help="Only report.")
def bring_people(file: Path, of: Programme | None, confirmed: bool, dry_run: bool) -> None:
    """Invite everybody in FILE, a spreadsheet with the columns name, email and phone.

    It may have video, organisation, about and language (en or cy) as well. A wrong line is reported and skipped.
    """
    taken = skipped = 0
    try:
        with transaction(), file.open(encoding="utf-8", newline="") as sheet:
            programme = of or the_only_programme()
            for line in import_people(sheet, programme, runtime.now(), confirmed=confirmed):
                if line.trouble:
                    skipped += 1
                    click.echo(f"Line {line.number}, {line.name or 'no name'}: {line.trouble}", err=True)
                else:
                    taken += 1
            record(Deed.PEOPLE_IMPORTED, by=None, programme=programme.id, people=taken)
            if dry_run:
                db.session.rollback()
    except WrongSheet as error:
        raise click.ClickException(str(error)) from None
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not in UTF-8. Save it as “CSV UTF-8”.") from None
    verb = "would be " if dry_run else ""
    click.echo(f"{taken} people {verb}{'in' if confirmed else 'asked to confirm'}, {skipped} lines skipped.")
