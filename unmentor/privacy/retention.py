"""Keep nothing for longer than somebody needs it. The privacy page states these times; nothing else does."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, select

from unmentor import budgets
from unmentor.audit import actions as audit
from unmentor.audit.models import AuditEvent
from unmentor.conversations import notes, placing
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.features import features
from unmentor.links import link
from unmentor.mail.actions import KEPT
from unmentor.mail.message import Letter
from unmentor.mail.models import Message, Stopped, Suppressed
from unmentor.mail.outbox import queue
from unmentor.people import changing, door
from unmentor.people.models import Passkey, Person, SignIn
from unmentor.people.queries import silent_since
from unmentor.privacy.erasure import erase, forget_letters
from unmentor.privacy.leave import leave
from unmentor.privacy.models import Erasure
from unmentor.programmes.models import Membership
from unmentor.programmes.queries import memberships
from unmentor.reports import actions as reports

UNCONFIRMED = timedelta(days=30)
# Without a conversation and without signing in; organisers are known to somebody.
IDLE = timedelta(days=730)
NOTICE = timedelta(days=30)
SIGN_INS = timedelta(days=30)
# No backup that is older is to be restored.
ERASURES = timedelta(days=365)
# An address of nobody here, which refused our mail or called it spam.
REFUSED = timedelta(days=365)
WARNING = "heads-up"
# A warning that expired told nobody, so it is sent again.
WARNED = ("queued", "held", "sending", "uncertain", "sent", "failed")
AT_ONCE = 50
# By law (Data Protection Act 2018, section 164A): how soon we say that we have a complaint.
ACKNOWLEDGED = timedelta(days=30)


def promised() -> dict[str, int]:
    """Return the times that the privacy page states, in days but for ``idle_years``."""
    return {
        "unconfirmed": UNCONFIRMED.days,
        "joining": door.CONFIRM_WITHIN.days,
        "addresses": changing.UNDO_WITHIN.days,
        "idle_years": IDLE.days // 365,
        "notice": NOTICE.days,
        "sign_ins": SIGN_INS.days,
        "mail": KEPT.days,
        "budgets": budgets.DAY.days,
        "reports": reports.KEPT.days,
        "places": placing.KEPT.days,
        "notes": notes.KEPT.days,
        "erasures": ERASURES.days,
        "refused": REFUSED.days,
        "log_years": audit.KEPT.days // 365,
        "acknowledged": ACKNOWLEDGED.days,
    }


def forget(now: datetime) -> None:
    """Keep nothing that nobody needs any more: who never confirmed, old sign-ins, and mails that name who has left."""
    for person in silent_since(now - UNCONFIRMED):
        erase(person, now)
    _forget_sign_ins(now)
    door.forget(now, UNCONFIRMED)
    changing.forget(now)
    budgets.forget(now)
    reports.forget(now)
    placing.forget(now)
    notes.forget(now)
    for feature in features():
        feature.forget(now)
    to_strangers = Message.person_id.is_(None) & Message.kind.in_(("confirm", "email-change"))
    db.session.execute(delete(Message).where(to_strangers, Message.queued_at <= now - UNCONFIRMED))
    nobodys = ~select(Person.id).where(Person.email == Suppressed.address).exists()
    db.session.execute(delete(Suppressed).where(Suppressed.since <= now - REFUSED, nobodys))
    db.session.execute(delete(Erasure).where(Erasure.at < now - ERASURES))
    audit.forget(AuditEvent.at < now - audit.KEPT)
    forget_letters(now)


def forget_idle(now: datetime, seed: int) -> int:
    """Warn some of those whom we have not seen for two years, and erase them a month later where they stay away.

    Return how many this did; whoever leaves does so alone, for they hold what their programmes do meanwhile.
    """
    unwarned = _idle(now - IDLE, ~_warned(since=now - IDLE) & ~_cannot_be_warned(), AT_ONCE)
    for person in unwarned:
        queue(_warning(person, now), now)
    warned = _warned(since=now - IDLE, before=now - NOTICE, states=("sent", "failed"))
    gone = _idle(now - IDLE - NOTICE, warned | _cannot_be_warned(), 1)
    for person in gone:
        leave(person, seed, now)
    return len(unwarned) + len(gone)


def _forget_sign_ins(now: datetime) -> None:
    """Drop old sign-ins, but for when each person last came in: that is how we know who is still here."""
    latest = select(func.max(SignIn.id)).where(SignIn.used_at.is_not(None)).group_by(SignIn.person_id)
    old = (SignIn.asked_at < now - SIGN_INS, SignIn.expires_at < now)
    db.session.execute(delete(SignIn).where(*old, SignIn.id.not_in(latest)))


def _idle(since: datetime, also: ColumnElement[bool], most: int) -> Sequence[Person]:
    """Return at most *most* of those who have talked to nobody nor signed in since a moment, and organise nothing."""
    talked = (
        select(Participation.id)
        .join(Participation.conversation)
        .where(Participation.person_id == Person.id, Conversation.starts_at >= since)
    )
    came_in = select(SignIn.id).where(SignIn.person_id == Person.id, SignIn.used_at >= since)
    showed = select(Passkey.id).where(Passkey.person_id == Person.id, Passkey.used_at >= since)
    organises = select(Membership.id).where(Membership.person_id == Person.id, Membership.role == "organiser")
    idle = select(Person).where(
        Person.left_at.is_(None),
        Person.joined_at < since,
        Person.confirmed_at < since,
        *(~each.exists() for each in (talked, came_in, showed, organises)),
        also,
    )
    return db.session.scalars(idle.order_by(Person.id).limit(most)).all()


def _warned(since: datetime, before: datetime | None = None, states: Sequence[str] = WARNED) -> ColumnElement[bool]:
    """Return the condition that somebody was told, in this silence of theirs, that we would forget them."""
    told = select(Message.id).where(
        Message.person_id == Person.id,
        Message.kind == WARNING,
        Message.about.startswith("idle:"),
        Message.state.in_(states),
        Message.queued_at > since,
    )
    return (told.where(Message.queued_at <= before) if before else told).exists()


def _cannot_be_warned() -> ColumnElement[bool]:
    return select(Stopped.kind).where(Stopped.person_id == Person.id, Stopped.kind == WARNING).exists()


def _warning(person: Person, now: datetime) -> Letter:
    known = memberships(person)
    with force_locale(person.language):
        values = {
            "programme": known[0].programme.name if known else "UnMentoring",
            "title": _("We have not seen you for two years. Shall we keep your details?"),
            "says": [
                _("If you would like to stay, sign in once, within %(days)s days. That is all.", days=NOTICE.days),
                _("If not, there is nothing you need to do: we erase what we know of you then."),
            ],
            "button": (_("Sign in and stay"), link("people.sign_in")),
            "ways": [],
        }
    return Letter(
        kind=WARNING,
        to=(person.name, person.email or ""),
        about=f"idle:{person.id}",
        person_id=person.id,
        reader=person.nonce,
        values=values,
        language=person.language,
        # Another silence, years later, is worth another letter.
        sequence=now.date().toordinal(),
        expires_at=now + NOTICE,
    )
