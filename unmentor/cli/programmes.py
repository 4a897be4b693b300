"""``flask programme`` and ``flask organiser``."""

import click
from flask.cli import AppGroup

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.people import signing_in
from unmentor.people.address import standard
from unmentor.programmes import actions as programmes
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes, cadence, programme_named
from unmentor.programmes.rules import RULES, WrongRule, read
from unmentor.programmes.schedule import change
from unmentor.programmes.turn import turn
from unmentor.rounds import ending
from unmentor.runtime import settings
from unmentor.timetable.cadence import coming_draws

programme_group = AppGroup("programme", help="Programmes: communities that run rounds.")
organiser_group = AppGroup("organiser", help="Organisers of a programme.")


class Programmes(click.ParamType[Programme]):
    """The slug of a programme that exists."""

    name = "slug"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Programme:
        """Return the programme, or fail with the names there are."""
        if isinstance(value, Programme):
            return value
        found = programme_named(str(value))
        if found is None:
            known = ", ".join(programme.slug for programme in all_programmes()) or "none yet"
            self.fail(f"There is no programme {value!r}. There is: {known}.", param, ctx)
        return found


in_programme = click.option(
    "--programme", type=Programmes(), help="Its short name; needed only where there are several."
)


@programme_group.command("create")
@click.argument("name")
@click.option("--approve", is_flag=True, help="Who joins waits for an organiser's yes before their first draw.")
@click.option("--domains", default="", help="Only for addresses there, like devon.gov.uk,leeds.gov.uk.")
def create_programme(name: str, approve: bool, domains: str) -> None:
    """Create a programme called NAME."""
    try:
        with transaction():
            new = programmes.create(name, settings().time_zone, runtime.now())
            new.approval, new.domains = approve, read({"domains": domains}, new)["domains"]
            record(Deed.PROGRAMME_CREATED, by=None, programme=new.id)
            slug = new.slug
    except programmes.ProgrammeExists as error:
        raise click.ClickException(f"There is a programme {error} already. Choose another name.") from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Created. Its short name is {slug}; people join at {settings().base_url}/join")


@programme_group.command("set")
@click.argument("programme", metavar="SLUG", type=Programmes())
@click.argument("rules", metavar="NAME=VALUE", nargs=-1, required=True)
def set_programme(programme: Programme, rules: tuple[str, ...]) -> None:
    """Change rules of the programme SLUG, like every=weekly or domains=devon.gov.uk; print what changed."""
    typed = _named(rules)
    try:
        given = read(typed, programme)
    except WrongRule as error:
        raise click.ClickException(f"{error.name} cannot be {typed.get(error.name, '')!r}. {error}.") from None
    with turn(programme) as now:
        changed = change(programme, given, now)
    for name, text in changed.items():
        click.echo(f"{name}={text}")
    if not changed:
        click.echo("Nothing has changed.")
    _print_draws(programme)


@programme_group.command("end")
@click.argument("programme", metavar="SLUG", type=Programmes())
def end_programme(programme: Programme) -> None:
    """End the programme SLUG: nothing is drawn, what is arranged stays, and its people hear of it once."""
    ended = ending.end(programme)
    click.echo(f"{programme.slug} has ended. Its people hear of it by email." if ended else "It had ended already.")


@programme_group.command("reopen")
@click.argument("programme", metavar="SLUG", type=Programmes())
def reopen_programme(programme: Programme) -> None:
    """Let the programme SLUG draw again, from its next period on."""
    opened = ending.reopen(programme)
    click.echo(f"{programme.slug} is open. Its people hear of it by email." if opened else "It was open already.")
    _print_draws(programme)


def _named(rules: tuple[str, ...]) -> dict[str, str]:
    """Return what was written for each rule, by its name."""
    for rule in rules:
        name, equals, _value = rule.partition("=")
        if name not in RULES or not equals:
            raise click.ClickException(f"{rule!r} sets no rule. Write NAME=VALUE; the names are {', '.join(RULES)}.")
    return {name: value for name, _equals, value in (rule.partition("=") for rule in rules)}


def _print_draws(programme: Programme) -> None:
    if programme.ended_at:
        click.echo("It has ended, so there are none to come.")
        return
    draws = coming_draws(cadence(programme), runtime.now())
    click.echo(f"The next draws: {'; '.join(f'{draw:%a %d %b %Y %H:%M}' for draw in draws)}")


@organiser_group.command("remove")
@click.argument("email")
@in_programme
def remove_organiser(email: str, programme: Programme | None) -> None:
    """Let whoever has EMAIL organise no more; they stay in the programme. The last organiser stays one."""
    programme = programme or the_only_programme()
    try:
        with transaction():
            gone = programmes.remove_organiser(standard(email), programme)
            record(Deed.ORGANISER_REMOVED, by=None, programme=programme.id, person=gone.id)
    except programmes.LastOrganiser:
        raise click.ClickException(
            f"{email} is the last organiser of {programme.slug}. Add another first: flask organiser add"
        ) from None
    except (programmes.NotOrganiser, ValueError):
        raise click.ClickException(f"{email} does not organise {programme.slug}.") from None
    click.echo(f"{email} organises {programme.slug} no more.")


@organiser_group.command("add")
@click.argument("email")
@in_programme
def add_organiser(email: str, programme: Programme | None) -> None:
    """Make whoever has EMAIL an organiser, and print a link that signs them in once."""
    try:
        address = standard(email)
    except ValueError:
        raise click.ClickException(f"{email} is not an address that mail can reach.") from None
    with transaction():
        programme = programme or the_only_programme()
        person = programmes.make_organiser(address, programme, runtime.now())
        record(Deed.ORGANISER_ADDED, by=None, programme=programme.id, person=person.id)
        url = signing_in.printed(person, runtime.now())
    click.echo(url)


def the_only_programme() -> Programme:
    """Return the programme there is, made where there is none yet; fail where there are several."""
    known = all_programmes()
    if len(known) > 1:
        names = ", ".join(programme.slug for programme in known)
        raise click.ClickException(f"There are several programmes. Name one with --programme: {names}.")
    return programmes.create_first(settings().time_zone, runtime.now())
