"""What every form here does: clean what was typed, refuse with 422, and keep the words."""

import unicodedata
from collections.abc import Callable
from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import DateField
from wtforms.fields.choices import SelectChoice as SelectChoice  # type: ignore[attr-defined]  # - newer than its types
from wtforms.validators import StopValidation

# What a view with a form answers: its page, its page with 422, or where to go next.
Page = str | tuple[str, int] | Response
UNPROCESSABLE = 422
LINE_BREAKS = {"\n", "\t"}
# Far longer than any field takes, and short enough to look at each character.
MOST_TYPED = 10_000
LAST_PAGE = 99_999
# UAX #15 §13 (stream-safe text): no language stacks more marks on a letter.
MOST_MARKS = 30


def clean_line(text: str | None) -> str:
    """Return *text* as one harmless line: NFC, no control or format characters, single spaces.

    Line and paragraph separators, tabs and other white space become a space, so a
    name pasted with a line break in it still reads as a name and can never begin a new header.
    """
    kept = (" " if char.isspace() else char for char in _composed(text or ""))
    return " ".join("".join(char for char in kept if not _is_control(char)).split())


def clean_text(text: str | None) -> str:
    """Return *text* as harmless paragraphs: NFC, \\n line ends, no control characters, no trailing space."""
    lines = _composed(text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        "".join(char for char in line if char in LINE_BREAKS or not _is_control(char)).rstrip() for line in lines
    ).strip()


def _composed(text: str) -> str:
    """Return the beginning of *text* in NFC, in linear time: on long runs of marks NFC alone is quadratic."""
    kept, run = [], 0
    for char in text[:MOST_TYPED]:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MOST_MARKS:
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def _is_control(char: str) -> bool:
    # Zero-width joiners (Cf) hold emoji together; every other invisible character can only mislead.
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and char != "\u200d"


class Form(FlaskForm):  # type: ignore[misc]  # - Flask-WTF publishes no types
    """A form that comes back as the same page, with what was typed, when something is wrong."""

    @property
    def status(self) -> int:
        """Return 422 once the form was refused, 200 before."""
        return UNPROCESSABLE if self.errors else 200


class Button(Form):
    """A form that is only a button: the token against forged requests, and nothing to fill in."""


class Day(DateField):
    """A day, in the browser's own form or as people write it."""

    def __init__(self, label: Any, validators: Any = None, **given: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y"], **given)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the day; raise ValueError with a word on how to write one."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write a day like 24/12/2026")) from None


def at_most(length: int) -> Callable[[Any, Any], None]:
    """Refuse more than *length* characters, and say how many there are; nothing after it looks at them."""

    def check(_form: Any, field: Any) -> None:
        if len(field.data or "") > length:
            raise StopValidation(
                _l("Shorten this to %(most)s characters. It has %(has)s now", most=length, has=len(field.data))
            )

    return check


def offered(message: str = _l("Choose one of the answers")) -> Callable[[Any, Any], None]:
    """Refuse what is not among the field's choices, one or several; use with ``validate_choice=False``."""

    def check(_form: Any, field: Any) -> None:
        given = field.data if isinstance(field.data, list) else [field.data]
        if not set(given) <= {choice.value for choice in field.choices}:
            raise StopValidation(message)

    return check


def page_number() -> int:
    """Return which page of a list is asked for; 404 where there can be none of that number."""
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 9 and 1 <= int(asked) <= LAST_PAGE):
        abort(404)
    return int(asked)
