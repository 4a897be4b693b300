"""Answer who knocks: write the mail that lets them in, and let them in."""

from datetime import datetime
from typing import Any

from unmentor.budgets import spend
from unmentor.db import db
from unmentor.mail.outbox import queue
from unmentor.people import actions as people
from unmentor.people import door, signing_in
from unmentor.people.details import Details
from unmentor.people.mails import confirmation
from unmentor.people.models import Person, Request
from unmentor.people.queries import person_at
from unmentor.programmes.actions import enrol
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import programme_named


def answer(number: int, now: datetime) -> None:
    """Send whoever has the address of a request the mail that lets them in: to sign in, or to confirm.

    An address that is nobody's, and wants to sign in, gets none. Nothing happens where another process was faster.
    """
    request = door.unanswered_request(number)
    if request is None:
        return
    request.answered_at = now
    person = person_at(request.email)
    known = person is not None and person.confirmed_at is not None
    if person and known:
        signing_in.send(person, request.browser_hash, now)
    elif request.details is None:
        _remember(request, person, now)
    # What was typed stays for a while all the same: who corrects it must not learn whether the address is known.
    if request.details is None:
        db.session.delete(request)
    elif not known and spend(door.TO_A_STRANGER, request.email, now):
        _ask(request, person, now)


def ask_to_confirm(person: Person, programme: Programme, now: datetime) -> None:
    """Ask somebody whom an organiser brought whether they take part, with what the organiser told of them."""
    request = door.keep_request(person.email or "", "", now, Details(**_details_of(person)), programme.slug)
    request.answered_at = now
    db.session.flush()
    _ask(request, person, now)


def let_in(request: Request, now: datetime) -> Person | None:
    """Return who joins with the details of *request*, confirmed; None where the address was confirmed before.

    A programme may still want an organiser's yes before a draw includes them.
    """
    if request.details is None:
        return None
    person = people.at(request.email, now)
    db.session.flush()
    if not people.confirm(person, now):
        return None
    people.change(person, Details(**request.details))
    programme = programme_named(request.programme)
    if programme and programme.ended_at is None:
        enrol(person, programme, now)
    door.forget_details(request.email)
    return person


def _remember(request: Request, person: Person | None, now: datetime) -> None:
    """Ask who wants to sign in before they confirmed to confirm what they, or an organiser, told of them."""
    before = door.told_before(request, now)
    if before:
        request.details, request.programme = before.details, before.programme
    elif person:
        request.details = _details_of(person)


def _ask(request: Request, person: Person | None, now: datetime) -> None:
    programme = programme_named(request.programme)
    queue(confirmation(request, programme.name if programme else "UnMentoring", person), now)


def _details_of(person: Person) -> dict[str, Any]:
    told = {name: getattr(person, name) for name in Details.__dataclass_fields__}
    return told | {"organisation": person.told_organisation}
