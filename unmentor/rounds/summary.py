"""What a draw achieved, in words."""

from collections import Counter

from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.rounds.figures import Figures, figures
from unmentor.rounds.models import Round
from unmentor.words import Counted

# On the scale from 1 to 5, what counts as challenged.
CHALLENGED = 4


def summary(round_: Round, counted: Figures | None = None) -> str:
    """Return who is in a round and who met before, as "43 people, 20 pairs and one three. Nobody has met before."."""
    counted = counted or figures(round_)
    return f"{_people(counted)} {_repeats(counted)}"


def across(round_: Round, counted: Figures | None = None) -> str:
    """Return how many conversations cross organisations."""
    counted = counted or figures(round_)
    return str(
        ngettext(
            "%(crossing)s of %(num)s conversation crosses organisations.",
            "%(crossing)s of %(num)s conversations cross organisations.",
            Counted(counted.conversations),
            crossing=Counted(counted.crossing),
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
    called_off = ngettext("one was cancelled", "%(num)s were cancelled", off)
    return f"{happened}; {called_off}." if off else f"{happened}."


def _people(counted: Figures) -> str:
    people = ngettext("%(num)s person", "%(num)s people", Counted(counted.people))
    parts = [ngettext("one pair", "%(num)s pairs", Counted(counted.pairs))] if counted.pairs else []
    if counted.threes:
        parts.append(ngettext("one three", "%(num)s threes", counted.threes))
    if counted.out:
        parts.append(ngettext("one left out", "%(num)s left out", counted.out))
    if not parts:
        return str(_("Nobody is in it any more."))
    joined = parts[0] if len(parts) == 1 else _("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])
    return str(_("%(people)s, %(groups)s.", people=people, groups=joined))


def _repeats(counted: Figures) -> str:
    if not counted.repeats:
        return str(_("Nobody has met before."))
    return str(
        ngettext(
            "%(num)s conversation is between people who have met before.",
            "%(num)s conversations are between people who have met before.",
            Counted(counted.repeats),
        )
    )
