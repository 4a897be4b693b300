"""Templates become bytes: the only place that knows what a mail looks like.

Every kind is a folder ``templates/mail/<kind>/`` of ``subject.txt``, ``body.txt`` and ``body.html``, and needs these
values. A *moment* is an aware datetime, shown in ``zone`` (a zone's name); *partners* is a list of ``Person`` rows, or
of anything with ``name``, ``first_name``, ``organisation``, ``about``, ``phone`` and ``video``; addresses are absolute.
Every template is also given ``person``, the recipient's first name.

======================  ==========================================================================================
``confirm``             ``url``, ``programme`` (its name)
``sign-in``             ``url``, ``code`` ("123456"), ``minutes`` (how long both are good)
``invitation``          ``partners``, ``programme``, ``round`` (its number), ``starts_at`` (moment), ``zone``,
                        ``minutes`` (how long they talk), ``url`` (their own page of it), ``where`` (where they talk, as
                        the reader reads it, or "" where that is open), ``where_link`` (what opens it, or ""),
                        ``rings_from`` (the number that the reader rings from, or ""), ``where_url`` (where to say it),
                        ``starter`` (first name of who starts), ``you_start`` (bool), ``prompts`` (strings),
                        ``suits_all`` (bool), ``about`` (what the recipient says of themself, or "");
                        may have ``move_url``, ``withdraw_url``, both ``url`` unless told, and
                        ``word`` (what the organisers say)
``cancelled``           ``partners``, ``programme``, ``starts_at`` (moment), ``zone``, ``url`` (their own pages),
                        ``withdrew`` (first name of who cannot come, or "" where the organiser called it off),
                        ``mine`` (bool: the recipient withdrew), ``reason`` (their words, or ""),
                        ``new`` (list of new partners, or []), ``first_next`` (bool: they go first next time),
                        ``talk_on`` (bool: the others talk without the recipient);
                        may have ``left`` (bool: who withdrew has left for good), ``ours`` (bool: it is off
                        because our mail did not leave in time), ``unreached`` (bool: our mail does not reach who
                        withdrew)
``moved``               all of ``invitation``, and ``was`` (moment: the time before), ``mover`` (first name of who
                        picked the new time or place, or ""), ``mine`` (bool: the recipient did), ``placed`` (bool: the
                        place is new, not the time), ``withdrew`` (first name of who is no longer in it while the
                        others talk on, or ""), ``reason`` (their words, or "")
``reminder``            all of ``invitation``, and ``tomorrow`` (bool: it is on the day after this is written)
``declined``            all of ``invitation``
``paused``              ``programme``, ``url`` (one press and they are back)
``email-change``        ``title``, ``says`` (sentences), ``button`` (words, address); in the reader's language already
``heads-up``            ``programme``, ``title``, ``says`` (sentences), ``button`` (words, address), ``ways`` (a list
                        of the same); all in the reader's language already
``unpaired``            ``programme``, ``round``, ``url`` (their own pages), ``why`` ("odd", "organisations",
                        "late", "hand" or "nobody")
``what-came-of-it``     all of ``invitation``, and ``answers`` (address by answer: "nothing" to "changed")
``how-was-it``          ``partners``, ``starts_at`` (moment), ``zone``, ``answers`` (address by answer: "yes", "no",
                        "planned")
``reflection-published``  ``text``, ``url``; may have ``back_url`` (where to take it back). To whoever was in the
                        conversation with its writer also ``by`` (that one's first name), ``byline``, ``talked_at``
                        (moment), ``zone`` and ``ask_url`` (where to ask that it is read again, or "" where they did)
``reflection-returned``   ``text``, ``note`` (what to change), ``url`` (where to change it);
                        may have ``was_public`` (bool: it was, and is not any more), ``again`` (bool: somebody in the
                        conversation asked that it is read again, and nobody has yet), and then ``talked_at`` (moment)
                        and ``zone``
``reported``            ``programme``, ``round`` (its number, or None where it is about public words), ``url``,
                        ``operator`` (bool: the reader runs the service, and no organiser may read it);
                        may have ``again`` (bool: it asks that what was shared of a conversation is read again)
``round-ready``         ``programme``, ``round``, ``summary`` (sentences), ``url``, ``since`` (when it was drawn, in
                        words, where it waited so long that a period passed without a draw, or "")
``round-report``        ``programme``, ``round``, ``summary`` (sentences), ``url``
``goodbye``             ``count`` (of conversations)
``follow-confirm``      ``topic`` (its name, or "" for everything), ``url``
``follow-update``       ``reflections`` (each with ``text``, ``byline``, ``headline``, ``language``, ``whole`` (bool:
                        it is all of it), ``url``), ``more`` (how many further ones there are), ``topics`` (what the
                        reader follows, in words, or "" for everything), ``weekly`` (bool), ``url``, ``stop_url``
======================  ==========================================================================================
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, cast

from flask import current_app
from flask_babel import force_locale, get_translations
from jinja2 import Environment, StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from unmentor import links
from unmentor.forms import clean_line
from unmentor.mail.kinds import LETS_IN
from unmentor.mail.mime import address, alternative, header, mixed, part
from unmentor.mail.seal import derived_key
from unmentor.runtime import settings

Calendar = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be said to one person: everything that ``compose`` needs to write it."""

    kind: str
    to: tuple[str, str]
    # What it is about, as "conversation:12"; with person, kind and sequence it is unique.
    about: str
    person_id: int | None
    values: Mapping[str, Any]
    # Whose organisers see what became of it.
    programme_id: int | None = None
    # The nonce by which keys in it know its reader; "" for who has no account.
    reader: str = field(kw_only=True)
    language: str = "en"
    sequence: int = 0
    # When it may leave, where what it tells of can be undone until then; at once unless told.
    not_before: datetime | None = None
    # When it is better not sent at all; three days from now unless told.
    expires_at: datetime | None = None
    # Method and bytes of an iCalendar object, such as ("REQUEST", b"BEGIN:VCALENDAR…"), or what writes them.
    calendar: Calendar | Callable[[], Calendar] | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail as it will leave, byte for byte."""

    recipient: str
    subject: str
    message_id: str
    content: bytes


def compose(letter: Letter, now: datetime) -> Composed:
    """Return the final bytes of *letter* in its reader's language: the same letter and *now*, the same bytes.

    Needs an app context, no request. Raises where the kind is unknown, a value is missing or the address is none.
    """
    name, recipient = clean_line(letter.to[0]), address(letter.to[1])
    stop = _stop_link(letter)
    with force_locale(letter.language):
        values = {**letter.values, "person": name.split(" ")[0], "stop_url": stop, "home_url": settings().base_url}
        values |= _translations()
        subject, text, html = (_render(letter.kind, form, values) for form in ("subject.txt", "body.txt", "body.html"))
    subject = clean_line(subject)
    mark = _mark(letter, recipient, now)
    message_id = f"<{mark}@{settings().mail_from[1].rpartition('@')[2]}>"
    head = [
        header("From", *settings().mail_from),
        header("To", name, recipient),
        header("Subject", subject),
        header("Date", format_datetime(now)),
        header("Message-ID", message_id),
        header("Auto-Submitted", "auto-generated"),
        header("X-Auto-Response-Suppress", "OOF, AutoReply"),
        header("X-UnMentor-Kind", letter.kind),
        # Once more, for reports that come back through a relay that writes a Message-ID of its own.
        header("X-UnMentor-Id", mark),
    ]
    if stop:
        head += [header("List-Unsubscribe", f"<{stop}>"), header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]
    calendar = letter.calendar() if callable(letter.calendar) else letter.calendar
    return Composed(recipient, subject, message_id, b"".join(head) + _body(text, html, calendar, mark))


def _body(text: str, html: str, calendar: Calendar | None, mark: str) -> bytes:
    """Return the MIME entity: plain, HTML, calendar, in the order that Outlook wants."""
    parts = [part("text/plain; charset=utf-8", text), part("text/html; charset=utf-8", html)]
    if calendar is None:
        return b"MIME-Version: 1.0\r\n" + alternative(parts, mark)
    method, ics = calendar
    parts.append(part(f"text/calendar; method={method}; charset=utf-8", ics))
    attachment = part('application/ics; name="invite.ics"', ics, 'attachment; filename="invite.ics"')
    # The outer boundary must be no prefix of the inner: readers would take one for the other (RFC 2046 §5.1.1).
    return b"MIME-Version: 1.0\r\n" + mixed([alternative(parts, f"a-{mark}"), attachment], f"m-{mark}")


def _mark(letter: Letter, recipient: str, now: datetime) -> str:
    """Return what tells this mail from every other, for its Message-ID and boundaries."""
    # With the moment in it: after a restore a number may mean another conversation, and readers drop known Message-IDs.
    told = (letter.about, letter.person_id, letter.kind, letter.sequence, recipient, now.isoformat())
    # Signed, since whoever can guess it can report that the mail never arrived.
    key = derived_key(settings().secret_key, "message ids")
    return hmac.new(key, repr(told).encode(), hashlib.sha256).hexdigest()[:40]


def _stop_link(letter: Letter) -> str:
    """Return the address that stops this kind for this person, or none where there is nothing to stop."""
    if letter.kind in LETS_IN:
        return ""
    if letter.person_id is None:
        return str(letter.values.get("stop_url", ""))
    return links.link(links.Above.UNSUBSCRIBE, key=links.sign("unsubscribe", f"{letter.reader}:{letter.kind}"))


def _render(kind: str, form: str, values: Mapping[str, Any]) -> str:
    text = _templates().get_template(f"mail/{kind}/{form}").render(values).strip()
    return text if form.endswith("html") else re.sub(r"\n{3,}", "\n\n", text)


def _translations() -> dict[str, Callable[..., str]]:
    """Return what templates translate by, in the language of now: theirs would look that up anew for every string."""
    catalogue = get_translations()

    @pass_eval_context
    def gettext(at: EvalContext, text: str, **values: Any) -> str:
        return _filled(at, catalogue.ugettext(text), values)

    @pass_eval_context
    def ngettext(at: EvalContext, one: str, many: str, num: int, **values: Any) -> str:
        return _filled(at, catalogue.ungettext(one, many, num), {"num": num} | values)

    return {"gettext": gettext, "ngettext": ngettext}


def _filled(at: EvalContext, text: str, values: Mapping[str, Any]) -> str:
    # As Jinja's own: what fills the words of a catalogue is escaped.
    return (Markup(text) if at.autoescape else text) % values  # noqa: S704 - the catalogue is ours


def _templates() -> Environment:
    """Return the app's templates, strict: a mail with a gap in it must not leave."""
    kept = current_app.extensions.get("mail templates")
    if kept is None:
        kept = current_app.jinja_env.overlay(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        current_app.extensions["mail templates"] = kept
    return cast(Environment, kept)
