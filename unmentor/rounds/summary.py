"""What a draw achieved, in words."""

from collections import Counter

from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.rounds.models import Round

# On the scale from 1 to 5, what counts as challenged.
CHALLENGED = 4


def summary(round_: Round) -> str:
    """Return who is in a round and who met before, as "43 people, 20 pairs and one three. Nobody has met before."."""
    return f"{_people(round_)} {_repeats(round_)}"


def across(round_: Round) -> str:
    """Return how many conversations cross organisations."""
    conversations = round_.drawn
    crossing = sum(
        len({part.person.organisation.casefold() for part in talk.participations if part.person.organisation}) > 1
        for talk in conversations
    )
    return str(
        ngettext(
            "%(crossing)s of %(num)s conversation crosses organisations.",
            "%(crossing)s of %(num)s conversations cross organisations.",
            len(conversations),
            crossing=crossing,
        )
    )


def outcome(round_: Round) -> list[str]:
    """Return what came of a round, in sentences: how many talked, and how many people it challenged."""
    states = Counter(talk.state for talk in round_.conversations)
    said = [_happened(states["met"], states["met"] + states["missed"] + states["arranged"], states["cancelled"])]
    answers = [part.challenged for talk in round_.conversations for part in talk.participations if part.challenged]
    if answers:
        said.append(
            ngettext(
                "%(challenged)s of %(num)s person who told us was challenged in how they think.",
                "%(challenged)s of %(num)s people who told us were challenged in how they think.",
                len(answers),
                challenged=sum(answer >= CHALLENGED for answer in answers),
            )
        )
    return [str(sentence) for sentence in said]


def _happened(met: int, arranged: int, off: int) -> str:
    """Return how many of those arranged took place, as "One conversation happened; one was called off."."""
    if not arranged:
        happened = _("No conversation happened")
    elif met == arranged:
        happened = ngettext("One conversation happened", "All %(num)s conversations happened", met)
    else:
        happened = ngettext(
            "%(met)s of %(num)s conversation happened", "%(met)s of %(num)s conversations happened", arranged, met=met
        )
    called_off = ngettext("one was called off", "%(num)s were called off", off)
    return f"{happened}; {called_off}." if off else f"{happened}."


def _people(round_: Round) -> str:
    sizes = [len(talk.participations) for talk in round_.drawn]
    pairs, threes, out = sizes.count(2), sizes.count(3), len(round_.left_out)
    people = ngettext("%(num)s person", "%(num)s people", round_.people)
    parts = [ngettext("one pair", "%(num)s pairs", pairs)] if pairs else []
    if threes:
        parts.append(ngettext("one three", "%(num)s threes", threes))
    if out:
        parts.append(ngettext("one left out", "%(num)s left out", out))
    joined = parts[0] if len(parts) == 1 else _("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])
    return str(_("%(people)s, %(groups)s.", people=people, groups=joined))


def _repeats(round_: Round) -> str:
    if not round_.repeats:
        return str(_("Nobody has met before."))
    return str(
        ngettext(
            "%(num)s conversation is between people who have met before.",
            "%(num)s conversations are between people who have met before.",
            round_.repeats,
        )
    )
