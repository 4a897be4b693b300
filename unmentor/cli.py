"""Commands: each parses, calls one action, and prints."""

import json
import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from unmentor import edge, worker
from unmentor.db import transaction
from unmentor.edge import settings
from unmentor.pairing import NotValid
from unmentor.people.actions import printed_sign_in
from unmentor.people.address import standard
from unmentor.programmes import actions as programmes
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes, programme_named
from unmentor.rounds import actions as rounds
from unmentor.rounds import queries
from unmentor.rounds.given import CannotReplay, replay
from unmentor.rounds.models import Round
from unmentor.rounds.summary import summary

programme_group = AppGroup("programme", help="Programmes: communities that run rounds.")
organiser_group = AppGroup("organiser", help="Organisers of a programme.")
round_group = AppGroup("round", help="Rounds: draw, send and verify.")


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


@programme_group.command("create")
@click.argument("name")
def create_programme(name: str) -> None:
    """Create a programme called NAME."""
    try:
        with transaction():
            slug = programmes.found(name, settings().time_zone, edge.now()).slug
    except programmes.ProgrammeExists as error:
        raise click.ClickException(f"There is a programme {error} already. Choose another name.") from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Created. Its short name is {slug}; people join at {settings().base_url}/join")


@organiser_group.command("add")
@click.argument("email")
@click.option("--programme", "of", type=Programmes(), help="Its short name; needed only where there are several.")
def add_organiser(email: str, of: Programme | None) -> None:
    """Make whoever has EMAIL an organiser, and print a link that signs them in once."""
    try:
        address = standard(email)
    except ValueError:
        raise click.ClickException(f"{email} is not an address that mail can reach.") from None
    with transaction():
        person = programmes.make_organiser(address, of or _the_only_programme(), edge.now())
        url = printed_sign_in(person, edge.now())
    click.echo(url)


@round_group.command("draw")
@click.argument("of", metavar="SLUG", type=Programmes())
@click.option("--seed", type=click.IntRange(0, rounds.SEEDS), help="To repeat a draw; a secret one otherwise.")
@click.option("--dry-run", is_flag=True, help="Only show what would be drawn.")
@click.option("--send", is_flag=True, help="Send the invitations at once.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def draw_round(of: Programme, seed: int | None, dry_run: bool, send: bool, as_json: bool) -> None:
    """Draw a round of the programme SLUG, or return the one that waits."""
    seed = rounds.new_seed() if seed is None else seed
    try:
        with transaction():
            if dry_run:
                said = _looked(of, seed)
            else:
                round_ = rounds.draw_round(of, seed, edge.now())
                if send:
                    rounds.send_round(round_, edge.now())
                said = _told(round_)
    except rounds.TooFewPeople as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(said))
        return
    click.echo(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items()))


@round_group.command("send")
@click.argument("of", metavar="SLUG", type=Programmes())
@click.argument("number", type=int)
def send_round(of: Programme, number: int) -> None:
    """Send the drawn round NUMBER of the programme SLUG."""
    try:
        with transaction():
            told = rounds.send_round(_round(of, number), edge.now())
    except rounds.NotWaiting as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{told} people are being told by mail.")


@round_group.command("verify")
@click.argument("of", metavar="SLUG", type=Programmes())
@click.argument("number", type=int)
def verify_round(of: Programme, number: int) -> None:
    """Draw round NUMBER of the programme SLUG once more from what was stored with it, and check its proof."""
    round_ = _round(of, number)
    try:
        again = replay(round_)
    except (CannotReplay, NotValid) as error:
        raise click.ClickException(str(error)) from None
    if not again.proved:
        raise click.ClickException(f"Round {number} is the same draw, but nothing proves that it is the best.")
    click.echo(f"Round {number} is the same draw, and its proof holds: {summary(round_)}")


@click.command("worker")
def work() -> None:
    """Run the schedule and send mail until told to stop. Any number of these may run."""
    until = threading.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: until.set())
    click.echo("Working. Stop with Ctrl+C.", err=True)
    worker.run(current_app._get_current_object(), until)  # type: ignore[attr-defined]


def teach(app: Flask) -> None:
    """Give *app* its commands."""
    for command in (programme_group, organiser_group, round_group, work):
        app.cli.add_command(command)


def _the_only_programme() -> Programme:
    known = all_programmes()
    if len(known) > 1:
        names = ", ".join(programme.slug for programme in known)
        raise click.ClickException(f"There are several programmes. Name one with --programme: {names}.")
    return programmes.found_first(settings().time_zone, edge.now())


def _round(of: Programme, number: int) -> Round:
    round_ = queries.round_of(of, number)
    if round_ is None:
        raise click.ClickException(f"{of.slug} has no round {number}. Its newest is {queries.latest_number(of)}.")
    return round_


def _told(round_: Round) -> dict[str, object]:
    return {
        "programme": round_.programme.slug,
        "number": round_.number,
        "state": round_.state,
        "people": round_.people,
        "conversations": len(round_.conversations),
        "repeats": round_.repeats,
        "left_out": len(round_.left_out),
        "seed": round_.seed,
        "proved": round_.proved,
    }


def _looked(of: Programme, seed: int) -> dict[str, object]:
    looked = rounds.look(of, seed, edge.now())
    return {
        "programme": of.slug,
        "number": queries.latest_number(of) + 1,
        "state": "dry-run",
        "people": len(looked.given.people),
        "conversations": len(looked.result.groups),
        "repeats": len(looked.result.repeats),
        "left_out": len(looked.result.left_out),
        "seed": seed,
        "proved": looked.proved,
    }
