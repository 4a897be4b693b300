"""What a conversation says by mail, to each of its people in their own words and language."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor import calendars
from unmentor.conversations.calendar_entry import event, key
from unmentor.conversations.models import Participation
from unmentor.conversations.prompts import prompts
from unmentor.conversations.where import told_to
from unmentor.links import Above, link
from unmentor.mail.message import Letter
from unmentor.words import when

A_DAY = timedelta(days=1)
Parts = Sequence[Participation]


def invitation(part: Participation) -> Letter:
    """Return the invitation to a conversation: who, when, how, and a calendar request."""
    talk = part.conversation
    return letter("invitation", part, expires_at=talk.starts_at, calendar=_request(part), word=talk.round.says)


def moved(
    part: Participation,
    *,
    was: datetime,
    mover: Participation | None = None,
    proposer: Participation | None = None,
    withdrew: Participation | None = None,
    placer: Participation | None = None,
    third: Participation | None = None,
    reason: str = "",
) -> Letter:
    """Return the news that a conversation has another time or place, or one person less or more; calendars follow."""
    talk, doer = part.conversation, mover or placer
    return letter(
        "moved",
        part,
        expires_at=talk.starts_at if talk.stamped_at < talk.starts_at else talk.ends_at,
        calendar=_request(part),
        was=was,
        mover=doer.person.first_name if doer else "",
        mine=doer is part,
        yours=proposer is part,
        placed=placer is not None,
        withdrew=withdrew.person.first_name if withdrew else "",
        third=third.person.first_name if third else "",
        reason=reason,
    )


def cancelled(
    part: Participation,
    were: Parts,
    *,
    withdrew: Participation | None = None,
    reason: str = "",
    new: Sequence[Any] = (),
    first_next: bool = False,
    leaving: bool = False,
    ours: bool = False,
    unreached: bool = False,
) -> Letter:
    """Return the news that a conversation is off, which also takes it out of the calendar.

    *were* are all who were in it. *withdrew* is who cannot make it, or is *leaving* for good, none where the organiser
    called it off; *new* are the people whom the reader meets instead; *ours* says that it is our mistake, *unreached*
    that our mail does not reach who withdrew.
    """
    conversation, language = part.conversation, part.person.language
    return letter(
        "cancelled",
        part,
        expires_at=conversation.ends_at,
        calendar=lambda: ("CANCEL", calendars.cancellation(event(conversation, language, were, over=True))),
        partners=[each.person for each in were if each is not part],
        url=link(Above.OWN_PAGE),
        withdrew=withdrew.person.first_name if withdrew else "",
        mine=withdrew is part,
        talk_on=conversation.state != "cancelled",
        left=leaving,
        reason=reason,
        new=list(new),
        first_next=first_next,
        ours=ours,
        unreached=unreached,
    )


def called_off(part: Participation) -> Letter:
    """Return the news that the whole round is off, and this conversation with it."""
    with force_locale(part.person.language):
        reason = _("The whole round was cancelled.")
    return cancelled(part, part.conversation.present, reason=reason)


def untold(part: Participation, were: Parts) -> Letter:
    """Return the apology for a conversation that is off because our mail did not leave in time."""
    return replace(cancelled(part, were, first_next=True, ours=True), expires_at=None)


def reminder(part: Participation, now: datetime) -> Letter:
    """Return the word on the working day before: who, when and how once more."""
    talk = part.conversation
    zone = talk.round.programme.zone
    tomorrow = now.astimezone(zone).date() + A_DAY == talk.starts_at.astimezone(zone).date()
    return letter("reminder", part, expires_at=talk.starts_at, tomorrow=tomorrow)


def declined(part: Participation) -> Letter:
    """Return the question to somebody whose calendar said no: another time, or not at all?"""
    return letter("declined", part, expires_at=part.conversation.ends_at)


def proposed(part: Participation, by: Participation, starts_at: datetime) -> Letter:
    """Return the news that somebody else's calendar proposes another time; it moves where the reader takes it up."""
    talk, zone, name = part.conversation, part.conversation.round.programme.time_zone, by.person.first_name
    with force_locale(part.person.language):
        return heads_up(
            part,
            _proposal(by),
            talk.starts_at,
            title=_("%(name)s’s calendar proposes %(when)s", name=name, when=when(starts_at, zone)),
            says=[
                and_where(part, _("Nothing has moved yet: you talk on %(when)s.", when=when(talk.starts_at, zone))),
                _("If the other time suits you, say yes, and every calendar follows. If not, say that instead."),
            ],
            button=(_("Say whether it suits you"), link("conversations.show", token=key(part))),
            ways=[(_("Pick another time"), link("conversations.move", token=key(part)))],
        )


def does_not_suit(part: Participation, other: Participation, starts_at: datetime) -> Letter:
    """Return the word that the time which the reader's calendar proposed does not suit somebody."""
    talk, zone, name = part.conversation, part.conversation.round.programme.time_zone, other.person.first_name
    with force_locale(part.person.language):
        return heads_up(
            part,
            _proposal(part),
            talk.starts_at,
            title=_("%(when)s does not suit %(name)s", name=name, when=when(starts_at, zone)),
            says=[
                and_where(
                    part, _("Thank you for proposing it. You still talk on %(when)s.", when=when(talk.starts_at, zone))
                ),
                _("If you can make that, all is well. If not, pick another: what suits everybody comes first."),
            ],
            button=(_("Pick another time"), link("conversations.move", token=key(part))),
            ways=[(_("I can’t make it"), link(Above.WITHDRAW, token=key(part)))],
        )


def and_where(part: Participation, words: str) -> str:
    """Return *words* and where a conversation is, as the reader finds it; only *words* while that is open."""
    found = told_to(part.person, part.conversation)["where"]
    return f"{words} {found.rstrip('.')}." if found else words


def _proposal(by: Participation) -> str:
    return f"proposal:{by.id}.{by.proposals}"


def heads_up(part: Participation, about: str, expires_at: datetime | None, **values: Any) -> Letter:
    """Return a letter in words of its own, in the reader's language: see ``heads-up`` in ``mail.message``."""
    person, talk = part.person, part.conversation
    return Letter(
        kind="heads-up",
        to=(person.name, person.email or ""),
        about=about,
        person_id=person.id,
        reader=person.nonce,
        values={"programme": talk.round.programme.name} | values,
        programme_id=talk.round.programme_id,
        language=person.language,
        sequence=talk.sequence,
        expires_at=expires_at,
    )


def _request(part: Participation) -> Callable[[], tuple[str, bytes]]:
    """Return what writes the calendar request: later, where a mail that cannot be written fails alone."""
    return lambda: ("REQUEST", calendars.request(event(part.conversation, part.person.language)))


def letter(
    kind: str,
    part: Participation,
    *,
    expires_at: datetime,
    calendar: Callable[[], tuple[str, bytes]] | None = None,
    numbered: int | None = None,
    **more: Any,
) -> Letter:
    """Return a letter to one person about one conversation, with all that its templates may say."""
    conversation, person, token = part.conversation, part.person, key(part)
    programme = conversation.round.programme
    values = {
        "partners": part.partners,
        "programme": programme.name,
        "round": conversation.round.number,
        "starts_at": conversation.starts_at,
        "zone": programme.time_zone,
        "minutes": conversation.minutes,
        "suits_all": conversation.suits_all,
        "you_start": part.starts,
        "starter": next((each.person.first_name for each in conversation.present if each.starts), ""),
        "about": person.about,
        "prompts": prompts(conversation),
        "url": link("conversations.show", token=token),
        "where_url": link("conversations.place", token=token),
        "move_url": link("conversations.move", token=token),
        "withdraw_url": link(Above.WITHDRAW, token=token),
    }
    return Letter(
        kind=kind,
        to=(person.name, person.email or ""),
        about=f"conversation:{conversation.id}",
        person_id=person.id,
        reader=person.nonce,
        values=values | told_to(person, conversation) | more,
        programme_id=programme.id,
        language=person.language,
        sequence=conversation.sequence if numbered is None else numbered,
        expires_at=expires_at,
        calendar=calendar,
    )
