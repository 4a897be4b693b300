"""``flask backup`` and ``flask restore``."""

from pathlib import Path

import click

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.backup import CannotRestore, backup, restore
from unmentor.db import transaction
from unmentor.privacy.erased import erase_again
from unmentor.rounds.chance import new_seed

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
def write_backup(file: Path) -> None:
    """Write everything to FILE, while the service runs."""
    try:
        with transaction():
            rows = backup(file, runtime.now())
            record(Deed.BACKUP_WRITTEN, by=None, programme=None)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already. Name another file.") from None
    except OSError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{rows} rows are in {file}. Keep SECRET_KEY with it.")


@click.command("restore")
@click.argument("file", type=FILE)
def read_backup(file: Path) -> None:
    """Fill an empty, migrated database from FILE, and hold all mail."""
    try:
        with transaction():
            restored = restore(file, runtime.now())
            record(Deed.BACKUP_RESTORED, by=None, programme=None)
            again = erase_again(runtime.settings().erased, new_seed(), runtime.now())
    except (CannotRestore, OSError) as error:
        raise click.ClickException(str(error)) from None
    if again:
        click.echo(f"{again} people who had left since are erased again.")
    for slug, slots in restored.missed.items():
        click.echo(
            f"{slug}: {', '.join(slots)} came due since the backup. People may have been invited already, so nothing is"
            f" drawn for it by itself. Where they were not: flask round draw {slug}"
        )
    click.echo(f"{restored.rows} rows are back. All mail is held. Let it go with: flask mail release")
