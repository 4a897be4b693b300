"""``flask round``."""

import json
import sys
from contextlib import suppress

import click
from flask.cli import AppGroup

from unmentor import runtime
from unmentor.cli.programmes import Programmes
from unmentor.db import reading
from unmentor.pairing import NotValid
from unmentor.people.address import standard
from unmentor.people.queries import person_at
from unmentor.programmes.models import Programme
from unmentor.rounds import actions as rounds
from unmentor.rounds import by_hand, effect, queries, steps
from unmentor.rounds.chance import SEEDS, new_seed
from unmentor.rounds.change import groups_after
from unmentor.rounds.draw_inputs import CannotReplay, replay
from unmentor.rounds.models import Mending, Round
from unmentor.rounds.seats import Refused, seats
from unmentor.rounds.summary import summary
from unmentor.rounds.telling import tell_slice
from unmentor.words import listed

round_group = AppGroup("round", help="Rounds: draw, send and verify.")


@round_group.command("draw")
@click.argument("programme", metavar="SLUG", type=Programmes())
@click.option("--seed", type=click.IntRange(0, SEEDS), help="Your own, to repeat a draw; its page says so.")
@click.option("--dry-run", is_flag=True, help="Only show what would be drawn.")
@click.option("--send", is_flag=True, help="Send the invitations at once.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def draw_round(programme: Programme, seed: int | None, dry_run: bool, send: bool, as_json: bool) -> None:
    """Draw a round of the programme SLUG, or return the one that waits."""
    try:
        if dry_run:
            with reading():
                said = _looked(programme, new_seed() if seed is None else seed)
        else:
            number = steps.draw(programme, seed).number
            if send:
                _send(programme, number)
            said = _summary(_round(programme, number))
    except rounds.CannotDraw as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps(said))
        return
    click.echo(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items()))


@round_group.command("send")
@click.argument("programme", metavar="SLUG", type=Programmes())
@click.argument("number", type=int)
def send_round(programme: Programme, number: int) -> None:
    """Send the drawn round NUMBER of the programme SLUG."""
    try:
        told = _send(programme, number)
    except rounds.NotWaiting as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{told} people are being told by mail.")


@round_group.command("swap")
@click.argument("programme", metavar="SLUG", type=Programmes())
@click.argument("number", type=int)
@click.argument("a")
@click.argument("b")
@click.option("--dry-run", is_flag=True, help="Only say what it would do.")
def swap(programme: Programme, number: int, a: str, b: str, dry_run: bool) -> None:
    """Let A and B, by their addresses, change places in the drawn round NUMBER of the programme SLUG."""
    planner = by_hand.swap(_person(a), _person(b))
    try:
        with reading():
            mark, says = _effect(_round(programme, number), planner)
        if not dry_run:
            steps.change(_round(programme, number), planner, looked_at=mark)
    except (rounds.NotWaiting, rounds.Leaving, Refused) as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(says))
    click.echo("Nothing was changed." if dry_run else "They have changed places.")


@round_group.command("verify")
@click.argument("programme", metavar="SLUG", type=Programmes())
@click.argument("number", type=int)
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


def _person(address: str) -> int:
    with suppress(ValueError):
        if found := person_at(standard(address)):
            return found.id
    raise click.ClickException(f"Nobody here has the address {address}.")


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
