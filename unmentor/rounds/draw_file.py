"""The draw file of a round for somebody who was in it: all it takes to check the draw, and nobody's name but theirs."""

from itertools import chain
from typing import Any

from unmentor.links import link
from unmentor.pairing import ALGORITHM
from unmentor.pairing.draw_file import NEW, written
from unmentor.pairing.entrants import Id
from unmentor.pairing.lottery import drawn_from, pseudonym, told
from unmentor.people.models import Person
from unmentor.rounds import draw_queries, queries
from unmentor.rounds.change import groups_after
from unmentor.rounds.draw_inputs import given_then, names_then
from unmentor.rounds.models import Change, Round


def has_draw_file(round_: Round) -> bool:
    """Say whether there is a draw file of a round: it is sent, and may be shown, and this version can draw it again."""
    return bool(round_.secret) and round_.tries is not None and round_.algorithm == ALGORITHM


def draw_file(round_: Round, reader: Person) -> bytes:
    """Return the draw file of a round for *reader*, who was in it. Raises CannotReplay where it is not whole."""
    given, names = given_then(round_), names_then(round_)
    inputs = given.bag(names).inputs(round_.inputs["way"])
    called = names | _newcomers(round_.changes, names)
    return written(
        {
            "page": link("rounds.show", slug=round_.programme.slug, number=round_.number),
            "inputs": inputs,
            "chance": {
                name: getattr(round_, name) for name in ("commitment", "secret", "digest", "seed", "draws", "tries")
            }
            | {"committed_at": _said(round_.committed_at), "drawn_at": _said(round_.drawn_at)},
            "result": told(drawn_from(inputs, round_.seed)),
            "changes": [_change(each, called) for each in round_.changes],
        }
        | _reader(round_, reader, called)
    )


def _reader(round_: Round, reader: Person, called: dict[Id, str]) -> dict[str, Any]:
    """Return who of them the reader is, and who their partners are; nothing for who came in, or came back, after it."""
    ticket = draw_queries.tickets(round_.programme, reader.id).get(reader.id, "")
    if called.get(reader.id) != pseudonym(bytes.fromhex(round_.secret or ""), ticket):
        return {"you": None, "partners": []}
    beside = [who for group in groups_after(round_) if reader.id in group for who in group if who != reader.id]
    # Whom they never heard of, since what was drawn could not go ahead, stays nobody to them.
    names = queries.names_of([who for who in beside if who in queries.met_in(round_, reader)])
    return {
        "you": {"id": called[reader.id], "name": reader.name, "ticket": ticket},
        "partners": [{"id": called[who], "name": names.get(who, "")} for who in beside],
    }


def _newcomers(changes: list[Change], names: dict[Id, str]) -> dict[Id, str]:
    """Return what those are called whom organisers took in by hand, and whom the draw did not know."""
    touched = {who for each in changes for who in (each.one_id, each.other_id or each.one_id, *chain(*each.made))}
    return {who: f"{NEW}{number}" for number, who in enumerate(sorted(touched - names.keys()), 1)}


def _change(change: Change, called: dict[Id, str]) -> dict[str, Any]:
    groups = {name: [[called[who] for who in group] for group in getattr(change, name)] for name in ("undone", "made")}
    other = None if change.other_id is None else called[change.other_id]
    return {"kind": change.kind, "one": called[change.one_id], "other": other, "at": _said(change.at)} | groups


def _said(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
