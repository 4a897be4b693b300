"""``flask people``."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.cli.addresses import person_named
from unmentor.cli.programmes import in_programme, the_only_programme
from unmentor.db import db, transaction
from unmentor.organise.roster import Sought, everybody, member
from unmentor.organise.sheet import sheet_of
from unmentor.privacy.removal import NotIn, remove
from unmentor.programmes import for_members
from unmentor.programmes.actions import LastOrganiser
from unmentor.programmes.importing import carry_out, look, look_at
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.turn import turn
from unmentor.rounds.chance import new_seed
from unmentor.sheets import WrongSheet, text_of
from unmentor.words import LANGUAGES

people_group = AppGroup("people", help="People: invite many at once, take the list along, and look after each.")


@people_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@in_programme
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


@people_group.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--phone", default="", help="Where somebody rings them; needed where there is no --video.")
@click.option("--video", default="", help="A Teams name, or a link to where they talk.")
@click.option("--organisation", default="", help="Where they work.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", help="We write to them in it.")
@in_programme
def add_person(email: str, name: str, programme: Programme | None, **told: str) -> None:
    """Put NAME, who has EMAIL, on the list; they are asked by mail whether they take part."""
    programme = programme or the_only_programme()
    with turn(programme) as now:
        line = look_at({"email": email, "name": name, **told}, programme)
        if line.outcome != "new":
            raise click.ClickException(line.trouble)
        carry_out([line], programme, now)
        record(Deed.PERSON_ADDED, by=None, programme=programme.id, person=person_named(line.email).id)
    click.echo(f"{email} is asked by mail. No draw includes them until they say yes.")


@people_group.command("export")
@in_programme
def export_people(programme: Programme | None) -> None:
    """Print everybody in a programme as CSV: what its organisers may see, and nothing else."""
    programme = programme or the_only_programme()
    with transaction():
        found = everybody(programme, Sought(), programme.today(runtime.now()))
        record(Deed.PEOPLE_EXPORTED, by=None, programme=programme.id, people=len(found))
        text = sheet_of(programme, found)
    click.echo(text, nl=False)


@people_group.command("approve")
@click.argument("email")
@in_programme
def approve(email: str, programme: Programme | None) -> None:
    """Say yes to whoever has EMAIL and waits for it, and tell them."""
    _do(Deed.PERSON_APPROVED, email, programme, for_members.approve)
    click.echo(f"{email} is in, and hears by email.")


@people_group.command("ask")
@click.argument("email")
@in_programme
def ask_again(email: str, programme: Programme | None) -> None:
    """Ask whoever has EMAIL once more to confirm it."""
    _do(Deed.PERSON_ASKED_AGAIN, email, programme, for_members.ask_again)
    click.echo(f"{email} is asked once more.")


@people_group.command("pause")
@click.argument("email")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Draws include them again from this day on.")
@in_programme
def pause(email: str, until: datetime | None, programme: Programme | None) -> None:
    """Leave whoever has EMAIL out of draws, until a day or until they come back, and tell them."""
    day = until.date() if until else None

    def act(known: Membership, now: datetime) -> None:
        if day and day <= known.programme.today(now):
            raise click.BadParameter("Pick a day after today, or leave it out.", param_hint="--until")
        for_members.pause(known, day, now)

    _do(Deed.PERSON_PAUSED, email, programme, act)
    click.echo(f"{email} is paused{f' until {day:%d %B %Y}' if day else ''}, and hears by email.")


@people_group.command("resume")
@click.argument("email")
@in_programme
def resume(email: str, programme: Programme | None) -> None:
    """Take whoever has EMAIL into draws again, and tell them."""
    _do(Deed.PERSON_RESUMED, email, programme, for_members.resume)
    click.echo(f"{email} is back, and hears by email.")


@people_group.command("remove")
@click.argument("email")
@in_programme
def remove_person(email: str, programme: Programme | None) -> None:
    """Take whoever has EMAIL out of a programme; what is ahead of them is called off and mended, and they are told."""
    programme, person = programme or the_only_programme(), person_named(email)
    try:
        with turn(programme) as now:
            remove(person, programme, new_seed(), now)
            record(Deed.PERSON_REMOVED, by=None, programme=programme.id, person=person.id)
    except NotIn:
        raise _not_in(email, programme) from None
    except LastOrganiser:
        raise click.ClickException(
            f"{email} is the last organiser of {programme.slug}. Add another first: flask organiser add"
        ) from None
    click.echo(f"{email} is not in {programme.slug} any more.")


def _do(deed: Deed, email: str, programme: Programme | None, act: Callable[[Membership, datetime], object]) -> None:
    """Do a deed for a member and log it; or say why not."""
    programme, person = programme or the_only_programme(), person_named(email)
    try:
        with transaction():
            known = member(programme, person.id)
            if known is None:
                raise _not_in(email, programme)
            act(known, runtime.now())
            record(deed, by=None, programme=programme.id, person=person.id)
    except for_members.AlreadySo:
        raise click.ClickException("Nothing was left to do: it is so already.") from None
    except for_members.OnlyThey:
        raise click.ClickException(
            "Only they can: they have not said yes yet, or have stopped our email themselves."
        ) from None


def _not_in(email: str, programme: Programme) -> click.ClickException:
    return click.ClickException(f"{email} is not in {programme.slug}.")
