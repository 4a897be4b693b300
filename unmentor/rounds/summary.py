"""What a draw achieved, in words."""

from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.rounds.models import Round


def summary(round_: Round) -> str:
    """Return who is in a round and who met before, as "43 people, 20 pairs and one three. Nobody has met before."."""
    return f"{_people(round_)} {_repeats(round_)}"


def across(round_: Round) -> str:
    """Return how many conversations cross organisations."""
    conversations = round_.conversations
    crossing = sum(
        len({person.organisation.casefold() for person in talk.people if person.organisation}) > 1
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


def _people(round_: Round) -> str:
    sizes = [len(talk.participations) for talk in round_.conversations]
    pairs, threes, out = sizes.count(2), sizes.count(3), len(round_.left_out)
    people = ngettext("%(num)s person", "%(num)s people", round_.people)
    parts = [ngettext("one pair", "%(num)s pairs", pairs)]
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
