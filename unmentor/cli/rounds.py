"""``flask round``."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from unmentor import runtime
from unmentor.cli.addresses import person_named
from unmentor.cli.programmes import Programmes
from unmentor.db import reading
from unmentor.pairing import NotValid
from unmentor.programmes.models import Programme
from unmentor.rounds import actions as rounds
from unmentor.rounds import by_hand, effect, queries, steps
from unmentor.rounds.chance import SEEDS, new_seed
from unmentor.rounds.change import groups_after
from unmentor.rounds.draw_inputs import CannotReplay, replay
from unmentor.rounds.models import Mending, Round
from unmentor.rounds.recheck import ChangedSince
from unmentor.rounds.refusals import CannotDraw, Leaving, NotWaiting
from unmentor.rounds.seats import Refused, seats
from unmentor.rounds.summary import summary
from unmentor.rounds.telling import tell_slice
from unmentor.words import listed

round_group = AppGroup("round", help="Rounds: draw, look, change by hand, send and verify.")
# Why somebody cannot do to a round what they would.
REFUSALS = (CannotDraw, NotWaiting, Leaving, Refused, ChangedSince)

by_number = click.argument("number", type=int)
of_programme = click.argument("programme", metavar="SLUG", type=Programmes())
only_says = click.option("--dry-run", is_flag=True, help="Only say what it would do.")


@round_group.command("draw")
@of_programme
@click.option("--seed", type=click.IntRange(0, SEEDS), help="Your own, to repeat a draw; its page says so.")
@click.option("--dry-run", is_flag=True, help="Only show what would be drawn.")
@click.option("--send", is_flag=True, help="Send the invitations at once.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def draw_round(programme: Programme, seed: int | None, dry_run: bool, send: bool, as_json: bool) -> None:
    """Draw a round of the programme SLUG, or return the one that waits."""
    with _or_why_not():
        if dry_run:
            with reading():
                said = _looked(programme, new_seed() if seed is None else seed)
        else:
            number = steps.draw(programme, seed).number
            if send:
                _send(programme, number)
            said = _summary(_round(programme, number))
    if as_json:
        click.echo(json.dumps(said))
        return
    click.echo(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items()))


@round_group.command("send")
@of_programme
@by_number
def send_round(programme: Programme, number: int) -> None:
    """Send the drawn round NUMBER of the programme SLUG."""
    with _or_why_not():
        told = _send(programme, number)
    click.echo(f"{told} people are being told by mail.")


@round_group.command("swap")
@of_programme
@by_number
@click.argument("a")
@click.argument("b")
@only_says
def swap(programme: Programme, number: int, a: str, b: str, dry_run: bool) -> None:
    """Let A and B, by their addresses, change places in the drawn round NUMBER of the programme SLUG."""
    _change(programme, number, by_hand.swap(person_named(a).id, person_named(b).id), dry_run)
    click.echo("Nothing was changed." if dry_run else "They have changed places.")


@round_group.command("leave-out")
@of_programme
@by_number
@click.argument("email")
@only_says
def leave_out(programme: Programme, number: int, email: str, dry_run: bool) -> None:
    """Leave whoever has EMAIL out of the drawn round NUMBER of the programme SLUG."""
    _change(programme, number, by_hand.leave_out(person_named(email).id), dry_run)
    click.echo("Nothing was changed." if dry_run else f"{email} is left out.")


@round_group.command("take-in")
@of_programme
@by_number
@click.argument("email")
@only_says
def take_in(programme: Programme, number: int, email: str, dry_run: bool) -> None:
    """Take whoever has EMAIL into the drawn round NUMBER of the programme SLUG: left out, standing by, or new."""
    _change(programme, number, by_hand.take_in(person_named(email).id), dry_run)
    click.echo("Nothing was changed." if dry_run else f"{email} is in.")


@round_group.command("redraw")
@of_programme
@by_number
@click.option("--seed", type=click.IntRange(0, SEEDS), help="Your own, to repeat a draw; its page says so.")
def redraw(programme: Programme, number: int, seed: int | None) -> None:
    """Draw another round in the place of the drawn round NUMBER of the programme SLUG."""
    with _or_why_not():
        again = steps.draw_again(_round(programme, number), seed)
        said = summary(again)
    click.echo(f"Drawn again: {said}")


@round_group.command("stop")
@of_programme
@by_number
def stop(programme: Programme, number: int) -> None:
    """Stop round NUMBER of the programme SLUG, which somebody let go, before anything of it has left."""
    with _or_why_not():
        steps.stop(_round(programme, number))
    click.echo("Stopped. Nothing has left.")


@round_group.command("cancel")
@of_programme
@by_number
def cancel(programme: Programme, number: int) -> None:
    """Call off the drawn or sent round NUMBER of the programme SLUG; whoever was told of it hears so."""
    with _or_why_not():
        steps.cancel(_round(programme, number))
    click.echo(f"Round {number} is cancelled.")


@round_group.command("verify")
@of_programme
@by_number
def verify_round(programme: Programme, number: int) -> None:
    """Draw round NUMBER of the programme SLUG once more from what was stored with it, and check its proof.

    What mended it after withdrawals is drawn and checked again too, and what people changed by hand is named.
    """
    round_ = _round(programme, number)
    draws: list[Round | Mending] = [round_, *round_.mendings]
    try:
        proved = all(replay(kept).proved for kept in draws)
        groups_after(round_)
    except (CannotReplay, NotValid) as error:
        raise click.ClickException(str(error)) from None
    if not proved:
        raise click.ClickException(f"Round {number} is the same draw, but nothing proves that it is the best.")
    click.echo(f"Round {number} is the same draw, and its proof holds: {summary(round_)}")
    for changed in effect.said(round_.changes):
        click.echo(f"Changed by hand: {changed}.")


@contextmanager
def _or_why_not() -> Iterator[None]:
    """Fail in one line where a round is not, or not any more, what the block is about."""
    try:
        yield
    except REFUSALS as error:
        raise click.ClickException(str(error)) from None


def _change(programme: Programme, number: int, planner: by_hand.Planner, dry_run: bool) -> None:
    """Say what a change does, and make it unless this is only to say so."""
    with _or_why_not():
        with reading():
            mark, says = _effect(_round(programme, number), planner)
        if not dry_run:
            steps.change(_round(programme, number), planner, looked_at=mark)
    click.echo("\n".join(says))


def _send(programme: Programme, number: int) -> int:
    """Send a round, and stay until all of its mail is queued; return how many people that tells."""
    round_ = _round(programme, number)
    told = steps.send(round_)
    with click.progressbar(
        length=told, label="Writing the mail", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as written:
        while slice_ := tell_slice(round_):
            written.update(2 * slice_)
    return told


def _round(programme: Programme, number: int) -> Round:
    round_ = queries.round_of(programme, number)
    if round_ is None:
        raise click.ClickException(
            f"{programme.slug} has no round {number}. Its newest is {queries.latest_number(programme)}."
        )
    return round_


def _effect(round_: Round, planner: by_hand.Planner) -> tuple[str, list[str]]:
    """Return the mark of a change, and what it would do."""
    sat = seats(round_, runtime.now())
    plan = planner(sat)
    new = effect.new_conversations(sat, plan)
    talks = [f"{each.names}{f' ({listed(each.notes)})' if each.notes else ''}" for each in new]
    return plan.mark, [*(f"New: {talk}." for talk in talks), *effect.turns(sat, plan)]


def _summary(round_: Round) -> dict[str, object]:
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


def _looked(programme: Programme, seed: int) -> dict[str, object]:
    looked = rounds.look(programme, seed, runtime.now())
    return {
        "programme": programme.slug,
        "number": queries.latest_number(programme) + 1,
        "state": "dry-run",
        "people": len(looked.given.people),
        "conversations": len(looked.result.groups),
        "repeats": len(looked.result.repeats),
        "left_out": len(looked.result.left_out),
        "seed": seed,
        "proved": looked.proved,
    }
