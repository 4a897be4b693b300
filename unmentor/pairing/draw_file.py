"""The draw file: all that anybody needs to draw a round again and see that no draw could do better.

It is JSON in one form. It names nobody but its reader and their partners: everybody else has a pseudonym that is good
for this round alone. ``check`` believes nothing in it.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from unmentor.pairing.entrants import ALGORITHM, NotOptimal, NotValid
from unmentor.pairing.lottery import canonical, commitment, digest_of, drawn_from, pseudonym, seed_of, told

FORMAT = "unmentor draw file 1"
# So begins what people are called whom organisers took in by hand, and whom the draw did not know.
NEW = "new-"
KINDS = ("swap", "leave-out", "take-in")
Group = list[str]


class Refused(ValueError):  # noqa: N818 - it is named by what happened
    """This is not the draw, or a draw could do better; its one line says what is wrong."""


def written(content: Mapping[str, Any]) -> bytes:
    """Return a draw file of *content*, with its format and a checksum of all the rest."""
    whole = {**content, "format": FORMAT}
    return _text({**whole, "checksum": sha256(canonical(whole)).hexdigest()})


def check(file: bytes) -> list[str]:
    """Return what is to be said of a draw that is what it claims to be, a sentence each. Raises Refused."""
    told_here = _read(file)
    try:
        return _checked(told_here)
    except NotValid as wrong:
        raise Refused(f"The draw breaks a rule: {wrong}.") from None
    except NotOptimal as wrong:
        raise Refused(f"Nothing proves that no draw could do better: {wrong}.") from None
    except Refused:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise Refused(f"What it says makes no sense: {type(error).__name__}, {error}.") from None


def _read(file: bytes) -> dict[str, Any]:
    try:
        content = json.loads(file)
    except (ValueError, RecursionError):
        raise Refused("This is no draw file: it is not JSON.") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Refused(f"This is no draw file: its format is not “{FORMAT}”.")
    rest = {name: value for name, value in content.items() if name != "checksum"}
    if _text(content) != file or content.get("checksum") != sha256(canonical(rest)).hexdigest():
        raise Refused("The file was changed after it was written: its checksum does not fit.")
    return rest


def _checked(file: dict[str, Any]) -> list[str]:
    inputs, chance = file["inputs"], file["chance"]
    if inputs["algorithm"] != ALGORITHM:
        raise Refused(f"It was drawn by {inputs['algorithm']!r}, and this checks {ALGORITHM!r}.")
    _check_chance(inputs, chance)
    result = told(drawn_from(inputs, chance["seed"]))
    for name in sorted({*result, *file["result"]}):
        if result.get(name) != file["result"].get(name):
            raise Refused(f"Drawn again, something else comes out: its {name.replace('_', ' ')}.")
    people = {who["id"] for who in inputs["people"]}
    _check_reader(file, bytes.fromhex(chance["secret"]), people)
    _check_changes(file["changes"], [sorted(group) for group in result["groups"]], people)
    return [*_about(file, len(people), len(result["groups"]), len(result["repeats"])), *_by_hand(file["changes"])]


def _check_chance(inputs: dict[str, Any], chance: dict[str, Any]) -> None:
    secret = bytes.fromhex(chance["secret"])
    if secret.hex() != chance["secret"] or commitment(secret) != chance["commitment"]:
        raise Refused("The commitment is not the SHA-256 of the secret.")
    if digest_of(inputs) != chance["digest"]:
        raise Refused("The digest is not that of these people, history, rules and plan.")
    draws, tries = chance["draws"], chance["tries"]
    if not (type(draws) is type(tries) is type(chance["seed"]) is int and draws >= 1 and tries >= 0):
        raise Refused("It does not say how often it was drawn.")
    if chance["seed"] != seed_of(secret, chance["digest"], draws, tries):
        raise Refused("The seed does not follow from the secret, the digest and how often it was drawn.")


def _check_reader(file: dict[str, Any], secret: bytes, people: set[str]) -> None:
    you = file["you"]
    if you is not None and not (pseudonym(secret, you["ticket"]) == you["id"] and you["id"] in people):
        raise Refused("Your own pseudonym does not follow from the secret and your ticket.")
    names = [each["id"] for each in file["partners"]]
    final = _after(file["changes"], [sorted(group) for group in file["result"]["groups"]])
    beside = [who for group in final if you and you["id"] in group for who in group if who != you["id"]]
    if sorted(names) != sorted(beside):
        raise Refused("Whom it names as your partner is not whom it draws with you.")


def _check_changes(changes: list[dict[str, Any]], groups: list[Group], people: set[str]) -> None:
    for each in changes:
        named = {each["one"], *filter(None, [each["other"]]), *(who for group in each["made"] for who in group)}
        if each["kind"] not in KINDS or not all(who in people or who.startswith(NEW) for who in named):
            raise Refused("What was changed by hand is none of the changes there are.")
    if any(len({*group}) not in {2, 3} or len({*group}) < len(group) for group in _after(changes, groups)):
        raise Refused("What was changed by hand leads to groups that cannot be.")


def _after(changes: list[dict[str, Any]], groups: list[Group]) -> list[Group]:
    """Return the groups that a draw and what was changed of it by hand lead to."""
    left = list(groups)
    for each in changes:
        for group in each["undone"]:
            if sorted(group) not in left:
                raise Refused("What was changed by hand does not follow from the draw.")
            left.remove(sorted(group))
        left += [sorted(group) for group in each["made"]]
    return left


def _about(file: dict[str, Any], people: int, groups: int, repeats: int) -> list[str]:
    chance = file["chance"]
    counts = (
        _many(people, "people", "person"),
        _many(groups, "conversations", "conversation"),
        _many(repeats, "repeats", "repeat"),
    )
    said = [
        f"This is the draw, and no draw could do better: {', '.join(counts)}.",
        f"Compare with {file['page']}: commitment {chance['commitment']}, digest {chance['digest']}.",
    ]
    if chance["draws"] > 1:
        said.append(f"It was drawn {chance['draws']} times: organisers had it drawn again.")
    if tries := chance["tries"]:
        said.append(
            f"{_many(tries, 'draws were', 'draw was')} put aside, as two would have met who are to be kept apart."
            " Who they are is private, so this cannot be checked."
        )
    return said


def _by_hand(changes: list[dict[str, Any]]) -> list[str]:
    counts = {kind: sum(each["kind"] == kind for each in changes) for kind in KINDS}
    told_of = [_many(counts[kind], name, one) for kind, name, one in _NAMES if counts[kind]]
    return [f"Changed by hand after the draw: {', '.join(told_of)}." if told_of else "Nothing was changed by hand."]


_NAMES = (
    ("swap", "swaps", "swap"),
    ("leave-out", "people left out", "person left out"),
    ("take-in", "people taken in", "person taken in"),
)


def _many(count: int, many: str, one: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _text(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()
