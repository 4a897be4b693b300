"""Draw files of rounds that never were, made as the house makes them and kept as JSON."""

import json
from hashlib import sha256
from random import Random
from typing import Any

from unmentor.pairing import Entrant, Rules
from unmentor.pairing.draw_file import FORMAT, written
from unmentor.pairing.lottery import commitment, digest_of, drawn_from, inputs_of, pseudonym, seed_of, told

Content = dict[str, Any]


def draw_file(people: int = 12, past: int = 3, seed: int = 1, **rules: Any) -> Content:
    """Return the draw file of somebody in a round of so many, who all met in rounds before."""
    chance = Random(seed)
    secret, tickets = chance.randbytes(32), [f"ticket-{number}" for number in range(people)]
    names = [pseudonym(secret, ticket) for ticket in tickets]
    entrants = [
        Entrant(name, organisation=str(number % 4 + 1), last_out=chance.choice([None, 1, 2]))
        for number, name in enumerate(names)
    ]
    history = []
    for number in range(1, past + 1):
        line = sorted(names, key=lambda _: chance.random())
        history += [(number, *pair) for pair in zip(line[::2], line[1::2], strict=False)]
    inputs = inputs_of(entrants, history, Rules(**rules), None)
    digest = digest_of(inputs)
    return {
        "page": "https://example.gov.uk/programmes/unmentoring/rounds/4",
        "inputs": inputs,
        "chance": {
            "commitment": commitment(secret),
            "secret": secret.hex(),
            "digest": digest,
            "draws": 1,
            "tries": 0,
            "seed": seed_of(secret, digest, 1, 0),
        },
        "result": told(drawn_from(inputs, seed_of(secret, digest, 1, 0))),
        "changes": [],
    } | _reader(tickets[0], names[0], drawn_from(inputs, seed_of(secret, digest, 1, 0)).groups)


def bytes_of(content: Content) -> bytes:
    """Return a draw file as it is written."""
    return written(content)


def forged(content: Content) -> bytes:
    """Return a draw file as a forger would write it, with the right checksum of wrong things."""
    whole = {**content, "format": FORMAT}
    packed = json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()
    return (json.dumps({**whole, "checksum": sha256(packed).hexdigest()}, indent=1, sort_keys=True) + "\n").encode()


def _reader(ticket: str, name: str, groups: Any) -> Content:
    beside = [who for group in groups if name in group for who in group if who != name]
    return {
        "you": {"id": name, "name": "Ada Lovelace", "ticket": ticket},
        "partners": [{"id": who, "name": "Ben Okri"} for who in beside],
    }
