"""Chance that was fixed before anybody knew what it would decide, and that anybody can check afterwards.

A secret is drawn by lot and its SHA-256, the *commitment*, shown. The seed of a draw follows from the secret, the
digest of all that the draw is given, and how often it was drawn. The pseudonyms of who is in it follow from the secret
too. Once it is told, whoever has the same inputs finds the same seed. All that is hashed is a JSON text in one form, in
which no two things look alike.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from unmentor.pairing.draw import draw
from unmentor.pairing.entrants import ALGORITHM, NOBODY, Draw, Entrant, Meeting, Rules
from unmentor.pairing.line_up import history_of
from unmentor.pairing.verify import verify

SECRET_BYTES = 32
SEED_BITS = 62
PSEUDONYM = 16
USUAL = {name: getattr(Entrant(""), name) for name in Entrant.__slots__ if name != "id"}


def commitment(secret: bytes) -> str:
    """Return what is shown of *secret* before the draw: its SHA-256, in hexadecimal digits."""
    return sha256(secret).hexdigest()


def pseudonym(secret: bytes, ticket: str) -> str:
    """Return what whoever holds *ticket* is called in the draws made with *secret*, and in no other.

    HMAC-SHA-256: without the ticket, which is long and random, nobody can tell whose it is, nor link it to another.
    """
    return _keyed(secret, ["pseudonym", ticket]).hex()[:PSEUDONYM]


def seed_of(secret: bytes, inputs_digest: str, draws: int, tries: int) -> int:
    """Return the seed of the draw number *draws* of these inputs, after so many *tries* that were put aside.

    The first 62 bits of the HMAC-SHA-256 under *secret* of ``["seed",digest,draws,tries]``.
    """
    seed = _keyed(secret, ["seed", inputs_digest, draws, tries])
    return int.from_bytes(seed) >> 8 * len(seed) - SEED_BITS


def inputs_of(
    people: Iterable[Entrant], history: Iterable[Meeting], rules: Rules, plan: dict[str, Any] | None
) -> dict[str, Any]:
    """Return all that a draw is given, as JSON, in the one form that its digest is of; ids are texts.

    Of every two who met it has the last meeting, of meetings with others none.
    """
    told = [{"id": who.id, **_unusual(who)} for who in people]
    here, last = {who["id"] for who in told}, dict[tuple[Any, Any], int]()
    for number, one, other in history:
        if one in here and other in here:
            pair = (one, other) if str(one) < str(other) else (other, one)
            last[pair] = max(number, last.get(pair, number))
    rounds = [sorted([sorted(pair, key=str) for pair in pairs], key=str) for pairs in (plan or {}).get("rounds", ())]
    return {
        "algorithm": ALGORITHM,
        "people": sorted(told, key=lambda who: str(who["id"])),
        "history": sorted([number, *pair] for pair, number in last.items()),
        "rules": asdict(rules),
        "plan": {"rounds": rounds} if rounds else None,
    }


def digest_of(inputs: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a draw is given, as ``inputs_of`` has it."""
    return sha256(canonical(inputs)).hexdigest()


def drawn_from(inputs: Mapping[str, Any], seed: int) -> Draw:
    """Return the draw that *seed* gives of these inputs, checked.

    Raises NotValid or NotOptimal where it is not the best there is, and ValueError, TypeError or KeyError where the
    inputs make no sense.
    """
    people = [Entrant(**{name: _whole(value) for name, value in who.items()}) for who in inputs["people"]]
    rules = Rules(**inputs["rules"])
    history = history_of(people, ((number, one, other) for number, one, other in inputs["history"]), rules)
    result = draw(people, history, rules, seed=seed, plan=inputs["plan"])
    verify(people, history, rules, result)
    return result


def told(result: Draw) -> dict[str, Any]:
    """Return what a draw decided and proves, as JSON; its plan for rounds to come is nobody's to know yet."""
    names = ("groups", "left_out", "thirds", "stepped_in", "certificate")
    repeats = [asdict(again) for again in result.repeats]
    decided: dict[str, Any] = json.loads(canonical({name: getattr(result, name) for name in names}))
    return decided | {"repeats": repeats}


def canonical(value: Any) -> bytes:
    """Return *value* as the one JSON text that is hashed: ASCII, keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _keyed(secret: bytes, what: list[Any]) -> bytes:
    return hmac.digest(secret, canonical(what), sha256)


def _whole(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


def _unusual(who: Entrant) -> dict[str, Any]:
    values = {name: getattr(who, name) for name in USUAL}
    return {
        name: sorted(value, key=str) if isinstance(value, set | frozenset) else value
        for name, value in values.items()
        if value != USUAL[name] and value not in (None, "", NOBODY)
    }
