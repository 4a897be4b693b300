"""The kinds of mail: one record each, beside a folder of templates under ``templates/mail``."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Kind:
    """What sets a kind of mail apart."""

    # What its reader stops, behind "mail".
    label: Any = ""
    # It holds a key to somebody's account: nobody can stop what they ask for in that moment, no subject is kept, no
    # words once they have left, and no organiser sees it. Everything else has one click that stops it (RFC 8058).
    lets_in: bool = False
    # Nobody can take part without it: stopping it pauses, and what is arranged is still told.
    pauses: bool = False
    # It says when a conversation is, or that it is off: of one person's about one, only the latest is true.
    says_when: bool = False
    # It still leaves when its reader has left.
    last_word: bool = False


KINDS = {
    "cancelled": Kind(_l("about conversations that are cancelled"), pauses=True, says_when=True, last_word=True),
    "confirm": Kind(lets_in=True),
    "declined": Kind(_l("that asks again where your calendar said no"), says_when=True),
    "email-change": Kind(lets_in=True),
    "follow-confirm": Kind(lets_in=True),
    "follow-update": Kind(_l("about what people learned")),
    "goodbye": Kind(_l("that says goodbye"), last_word=True),
    "heads-up": Kind(_l("that asks what you would like to do")),
    "how-was-it": Kind(_l("that asks how a conversation went")),
    "invitation": Kind(_l("about whom you meet"), pauses=True, says_when=True),
    "moved": Kind(_l("about conversations that have another time"), pauses=True, says_when=True),
    "paused": Kind(_l("that says that you are paused")),
    "reflection-published": Kind(_l("about what you or a partner wrote going public")),
    "reflection-returned": Kind(_l("about what you wrote coming back to you")),
    "reminder": Kind(_l("that reminds you of a conversation"), says_when=True),
    "reported": Kind(_l("about what somebody reports")),
    "round-ready": Kind(_l("about draws that wait for you")),
    "round-report": Kind(_l("about rounds that are over")),
    "sign-in": Kind(lets_in=True),
    "unpaired": Kind(_l("about draws that had nobody for you")),
    "what-came-of-it": Kind(_l("that asks what came of a conversation")),
}
LETS_IN = frozenset(name for name, kind in KINDS.items() if kind.lets_in)
PAUSES = frozenset(name for name, kind in KINDS.items() if kind.pauses)
SAYS_WHEN = frozenset(name for name, kind in KINDS.items() if kind.says_when)
LAST_WORDS = frozenset(name for name, kind in KINDS.items() if kind.last_word)
