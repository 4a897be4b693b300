"""Questions to start a conversation from; three for each, and not the same three for everybody."""

from random import Random

from flask_babel import lazy_gettext as _l

PROMPTS = (
    _l("What did you change your mind about this year?"),
    _l("What does your work look like to somebody who needs it?"),
    _l("Which rule where you work would you drop tomorrow, and what would happen?"),
    _l("What do people outside your team always get wrong about it?"),
    _l("What did you try that failed, and what did you keep from it?"),
    _l("Who in your place should everybody know, and why?"),
    _l("What would you do with one more day a week?"),
    _l("What do you know now that you wish you had known in your first month?"),
    _l("What is the smallest thing that made a difference to a resident?"),
    _l("What are you stuck on at the moment?"),
    _l("What did you last learn from somebody with a very different job?"),
    _l("If your council and theirs swapped one service for a month, which should it be?"),
    _l("What is something you do by hand that nobody has questioned?"),
    _l("Which word do you use at work that nobody else understands?"),
    _l("What were you doing before this, and what did it teach you?"),
)
HOW_MANY = 3


def prompts(conversation_id: int) -> list[str]:
    """Return three questions, the same every time for one conversation, each in the language of where it is read."""
    chance = Random(conversation_id)  # noqa: S311 - the same three each time, not a secret
    return chance.sample(PROMPTS, HOW_MANY)
