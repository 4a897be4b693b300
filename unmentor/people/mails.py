"""What we write to people about who they are: confirm, sign in, another address, goodbye."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor.links import Above, link, sign
from unmentor.mail.message import Letter
from unmentor.people.models import EmailChange, Person, Request, SignIn

EXPIRES_AFTER = timedelta(days=7)
MINUTES, A_DAY = timedelta(minutes=1), timedelta(days=1)


def confirmation(request: Request, programme: str, person: Person | None) -> Letter:
    """Return the question whether an address is theirs, with a link that confirms the details of *request* alone.

    It holds not a word that somebody typed: that may be an advert, and its reader need not have asked. *person* is
    whom we have at the address, not confirmed yet, or none.
    """
    return Letter(
        kind="confirm",
        to=("", request.email),
        about=f"request:{request.nonce}",
        person_id=person.id if person else None,
        reader=person.nonce if person else "",
        values={"programme": programme, "url": link(Above.CONFIRM, token=sign("confirm", request.nonce))},
        language=(request.details or {}).get("language", "en"),
        expires_at=request.asked_at + EXPIRES_AFTER,
    )


def sign_in(asked: SignIn, token: str, code: str) -> Letter:
    """Return the mail with a link for the browser that asked, and a code for any other."""
    values = {
        "url": link("people.sign_in_link", token=token),
        "code": code,
        "minutes": (asked.expires_at - asked.asked_at) // MINUTES,
    }
    return _letter("sign-in", asked.person, f"sign-in:{asked.id}", values, asked.expires_at)


def is_it_yours(change: EmailChange) -> Letter:
    """Return the question to a new address whether it is theirs. Its reader need not have asked: it names nobody."""
    with force_locale(change.person.language):
        letter = _email_change(
            change,
            None,
            title=_("One step and we write to you here."),
            says=[
                _("Somebody, we hope you, asked UnMentoring to write to this address instead of the one before."),
                _("If it was you, say so within a day. If it was not, do nothing: nothing changes."),
            ],
            button=(_("Look, and use this address"), link(Above.NEW_EMAIL, token=sign("new email", change.nonce))),
        )
    return replace(letter, to=("", change.new), language=change.person.language)


def in_use(change: EmailChange, owner: Person) -> Letter:
    """Return the word to whoever has an address already that somebody asked for: nothing changes."""
    with force_locale(owner.language):
        return _email_change(
            change,
            owner,
            title=_("You are here with this address already."),
            says=[
                _("Somebody, we hope you, asked us to write here instead of to another address. Nothing changes."),
                _("If it was you, you are here twice. Sign in with the address that you no longer want, and leave."),
            ],
            button=(_("Sign in"), link("people.sign_in")),
        )  # fmt: skip


def address_changed(change: EmailChange, now: datetime) -> Letter:
    """Return the news to the old address that it is not theirs any more, with a way to put it back."""
    with force_locale(change.person.language):
        letter = _email_change(
            change,
            change.person,
            title=_("We write to another address of yours from now on."),
            says=[
                _("You asked for that, and confirmed it there. This address opens nothing here any more."),
                _("If it was not you, put this address back within a week. Then everybody who is signed in is out."),
            ],
            button=(_("This was not me"), link(Above.OLD_EMAIL, token=sign("old email", change.nonce))),
        )  # fmt: skip
    return replace(letter, to=(change.person.name, change.old), expires_at=now + EXPIRES_AFTER)


def address_put_back(change: EmailChange, now: datetime) -> Letter:
    """Return the news to the new address that the one before is back, since somebody there said it was not them."""
    with force_locale(change.person.language):
        letter = _email_change(
            change,
            change.person,
            title=_("We write to your earlier address again."),
            says=[
                _("Somebody who reads email there said that they had not changed it. So we put it back."),
                _("If it was you, and the earlier address is not yours any more, reply to this email."),
            ],
            button=(_("Go to the home page"), link(Above.HOME)),
        )
    # Another letter than the question that this address had before.
    return replace(letter, to=("", change.new), sequence=1, expires_at=now + EXPIRES_AFTER)


def goodbye(person: Person, count: int, now: datetime) -> Letter:
    """Return the last mail to somebody who leaves; *count* conversations happened."""
    return _letter("goodbye", person, f"person:{person.id}", {"count": count}, now + EXPIRES_AFTER)


def _email_change(change: EmailChange, reader: Person | None, **values: object) -> Letter:
    return Letter(
        kind="email-change",
        to=(reader.name, reader.email or "") if reader else ("", ""),
        about=f"email:{change.nonce}",
        person_id=reader.id if reader else None,
        reader=reader.nonce if reader else "",
        values=values,
        language=reader.language if reader else "en",
        expires_at=change.asked_at + A_DAY,
    )


def _letter(kind: str, person: Person, about: str, values: Mapping[str, object], expires_at: datetime) -> Letter:
    return Letter(
        kind=kind,
        to=(person.name, person.email or ""),
        about=about,
        person_id=person.id,
        reader=person.nonce,
        values=values,
        language=person.language,
        expires_at=expires_at,
        calendar=None,
    )
