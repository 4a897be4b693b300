"""Questions to talk from: three a conversation, from light to deep, and none that its people had while others are left.

Whoever was told of one has had it. That is a bit of one number a person; where every question of a depth was had, they
begin anew.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

if TYPE_CHECKING:
    from unmentor.conversations.models import Conversation

LIGHT = (
    _l("What were you doing before this, and what did it teach you?"),
    _l("What would you do with one more day a week?"),
    _l("Which word do you use at work that nobody else understands?"),
    _l("Who in your place should everybody know, and why?"),
    _l("What did you last learn from somebody with a very different job?"),
    _l("What is something you do by hand that nobody has questioned?"),
    _l("What was the best half hour of your week?"),
    _l("Which place where you live should everybody see once?"),
)
MIDDLE = (
    _l("What do people outside your team always get wrong about it?"),
    _l("What does your work look like to somebody who needs it?"),
    _l("Which rule where you work would you drop tomorrow, and what would happen?"),
    _l("What do you know now that you wish you had known in your first month?"),
    _l("What is the smallest thing that made a difference to somebody?"),
    _l("If your two teams swapped one task for a month, which should it be?"),
    _l("What do you do that another place should copy, and what should it leave?"),
    _l("Where does the work wait longest, and for whom?"),
)
DEEP = (
    _l("What are you stuck on at the moment?"),
    _l("What did you change your mind about this year?"),
    _l("What did you try that failed, and what did you keep from it?"),
    _l("What do you believe about your work that you could not prove?"),
    _l("Whom does your service fail, and how do you know?"),
    _l("What would you say if nobody could be blamed for it?"),
    _l("What have you stopped noticing?"),
    _l("What would make you leave, and what makes you stay?"),
)
DEPTHS = (LIGHT, MIDDLE, DEEP)
EACH = len(LIGHT)
ALL_OF_A_DEPTH = 2**EACH - 1


def prompts(conversation: "Conversation") -> list[str]:
    """Return the three questions of a conversation, each in the language of where it is read."""
    # Those that were arranged before questions were chosen for them have their own by their number.
    chosen = conversation.prompts or [conversation.id % EACH] * len(DEPTHS)
    return [depth[place] for depth, place in zip(DEPTHS, chosen, strict=True)]


def choose(had: Iterable[int]) -> list[int]:
    """Return a place in each depth for people who *had* these: the first that fewest of them had.

    Not by lot: where all have had much the same, two rarely meet who have between them had every question.
    """
    everybody = [_left(each) for each in had]
    return [_fewest([each[depth] for each in everybody]) for depth in range(len(DEPTHS))]


def with_these(had: int, chosen: Sequence[int]) -> int:
    """Return what somebody has had once they are told of these questions too."""
    now_had = [before | 1 << place for before, place in zip(_left(had), chosen, strict=True)]
    return sum(each << EACH * depth for depth, each in enumerate(now_had))


def _left(had: int) -> list[int]:
    """Return what was had of each depth; where that is all of it, it begins anew."""
    parts = [had >> EACH * depth & ALL_OF_A_DEPTH for depth in range(len(DEPTHS))]
    return [0 if part == ALL_OF_A_DEPTH else part for part in parts]


def _fewest(had: Sequence[int]) -> int:
    times = [sum(each >> place & 1 for each in had) for place in range(EACH)]
    return times.index(min(times))
