"""What its writer changed of something that was public, for whoever decides on it."""

import re
from difflib import SequenceMatcher

from flask_babel import gettext as _
from markupsafe import Markup

from unmentor.reflections.models import Reflection
from unmentor.words import listed


def changes(reflection: Reflection) -> list[tuple[str, Markup]]:
    """Return what is not as it was when it was public: what of it, and both ways in one line of HTML."""
    was, now = reflection.was or {}, reflection.shown
    said = {"text": _("Words"), "signed": _("Signed"), "topics": _("Topics"), "link": _("Link")}
    read = {name: [listed(of[name]) if name == "topics" else of[name] for of in (was, now)] for name in said if was}
    return [(said[name], both(before, after)) for name, (before, after) in read.items() if before != after]


def both(before: str, after: str) -> Markup:
    """Return two texts in one, as HTML: what went is struck out, what is new is underlined.

    >>> str(both("Ask twice, <b>Marek</b>.", "Ask twice, all."))
    'Ask twice, <del>&lt;b&gt;Marek&lt;/b&gt;.</del><ins>all.</ins>'
    """
    old, new = (re.split(r"(\s+)", text) for text in (before, after))
    told = Markup("")
    for tag, i, j, k, m in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            told += _html(new[k:m])
            continue
        told += Markup("<del>{}</del>").format(_html(old[i:j])) if i < j else ""
        told += Markup("<ins>{}</ins>").format(_html(new[k:m])) if k < m else ""
    return told


def _html(words: list[str]) -> Markup:
    return Markup("<br>").join("".join(words).split("\n"))
