"""Create a programme, enrol in it, pause and come back."""

from datetime import date, datetime

from slugify import slugify
from sqlalchemy import delete, select, update

from unmentor.audit.models import AuditEvent
from unmentor.budgets import DAY, Limit, spend
from unmentor.db import db
from unmentor.mail.outbox import queue_all
from unmentor.people.actions import count_again
from unmentor.people.models import Person
from unmentor.people.queries import person_at
from unmentor.programmes.commitment import commit
from unmentor.programmes.mails import asked
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import all_programmes, memberships, organisers, programme_named, untouched

LONGEST_SLUG = 60
ASKED_OF_ORGANISERS = (Limit("news that somebody waits for a yes", 1, DAY),)


class ProgrammeExists(ValueError):  # noqa: N818 - it is named by what happened
    """A programme of that name is there already."""


class NotOrganiser(LookupError):  # noqa: N818 - it is named by what is wrong
    """Nobody with that address organises the programme."""


class LastOrganiser(ValueError):  # noqa: N818 - it is named by what is wrong
    """A programme has no other organiser."""


def create(name: str, time_zone: str, now: datetime) -> Programme:
    """Return a new programme with the usual rules. Raises ProgrammeExists."""
    slug = slugify(name, max_length=LONGEST_SLUG, word_boundary=True)
    if not slug:
        raise ValueError("Give the programme a name with at least one letter or digit in it")
    if programme_named(slug):
        raise ProgrammeExists(slug)
    programme = Programme(slug=slug, name=name, time_zone=time_zone, created_at=now)
    programme.starts_on = programme.today(now)
    commit(programme, now)
    db.session.add(programme)
    db.session.flush()
    return programme


def create_first(time_zone: str, now: datetime) -> Programme:
    """Return the first programme, made where there is none yet."""
    programmes = all_programmes()
    return programmes[0] if programmes else create("UnMentoring", time_zone, now)


def give_way() -> bool:
    """Make room for a demo community, or for what is restored; say whether there is, since nobody has been here yet."""
    if not untouched():
        return False
    for table in (Programme, AuditEvent):
        db.session.execute(delete(table))
    return True


def enrol(
    person: Person, programme: Programme, now: datetime, role: str = "participant", *, approved: bool = False
) -> Membership:
    """Return *person*'s membership of *programme*, made where there is none; a new organiser starts paused.

    Who is not *approved* already waits for an organiser's yes where the programme asks for it, or for another address;
    organisers hear of that, once a day at the most.
    """
    known = db.session.scalar(
        select(Membership).where(Membership.person_id == person.id, Membership.programme_id == programme.id)
    )
    if known is None:
        state = "paused" if role == "organiser" else "active"
        known = Membership(person=person, programme=programme, role=role, state=state, joined_at=now)
        known.approved = not programme.approval and programme.admits(person.email or "")
        # Or whoever came last would be the odd one out first: nobody was that more seldom.
        known.first_next = True
        db.session.add(known)
    if role == "organiser":
        known.role = role
    known.approved = known.approved or approved or role == "organiser"
    db.session.flush()
    if not known.approved:
        _ask_organisers(programme, now)
    return known


def look_again(person: Person, before: str, now: datetime) -> None:
    """Ask for an organiser's yes where a programme is for addresses like the one of *person* *before*, and not now.

    Where it is the other way round, they are in as whoever joins with such an address.
    """
    for member in memberships(person):
        programme, was = member.programme, member.programme.admits(before)
        if member.role == "organiser" or programme.admits(person.email or "") == was:
            continue
        if was:
            member.approved = False
            _ask_organisers(programme, now)
        elif not programme.approval:
            member.approved = True


def approve(membership: Membership) -> bool:
    """Let somebody in who waits for an organiser's yes; return whether this was the press that did it."""
    waits = update(Membership).where(Membership.id == membership.id, Membership.approved.is_(False))
    return db.session.scalar(waits.values(approved=True).returning(Membership.id)) is not None


def remove_organiser(email: str, programme: Programme) -> Person:
    """Return whoever has an address, who organises *programme* no more; they take part as before, or stay paused.

    Raises NotOrganiser, and LastOrganiser: nobody could look after it.
    """
    # Locked one after another, or two could remove each other at once.
    organisers = select(Membership).where(Membership.programme_id == programme.id, Membership.role == "organiser")
    known = db.session.scalars(organisers.order_by(Membership.id).with_for_update()).all()
    person = person_at(email)
    mine = next((each for each in known if person and each.person_id == person.id), None)
    if mine is None:
        raise NotOrganiser(email)
    if len(known) == 1:
        raise LastOrganiser(email)
    mine.role = "participant"
    return mine.person


def make_organiser(email: str, programme: Programme, now: datetime) -> Person:
    """Return whoever has an address, an organiser of *programme* from now on; they need not have joined."""
    person = person_at(email)
    if person is None:
        person = Person(email=email, name=email.partition("@")[0], joined_at=now)
        db.session.add(person)
    person.confirmed_at = person.confirmed_at or now
    count_again(person)
    enrol(person, programme, now, role="organiser")
    return person


def pause(membership: Membership, until: date | None) -> None:
    """Leave a person out of draws until the day *until*, or until they resume."""
    membership.state = "paused"
    membership.paused_until = until
    membership.before_stop = None


def skip(membership: Membership, draw: date | None) -> None:
    """Leave a person out of the draw of one day and no other; None takes them in again."""
    membership.skips = draw


def _ask_organisers(programme: Programme, now: datetime) -> None:
    if spend(ASKED_OF_ORGANISERS, programme.slug, now):
        queue_all((asked(programme, each, now) for each in organisers(programme)), now)


def stand_by(membership: Membership, yes: bool) -> None:
    """Let somebody be asked where another is left alone, or not any more."""
    membership.standby = yes


def take_part(membership: Membership, every: int) -> None:
    """Take part in every round, in every second, or about once a quarter, from now on."""
    membership.every = every
    membership.this_one_too = None


def wait_for_a_turn(membership: Membership) -> None:
    """Take back "this one too": draws leave them out again as their rhythm says."""
    membership.this_one_too = None


def stop(membership: Membership) -> None:
    """Pause somebody who wants no more of the mail that taking part needs, and remember how it was before."""
    if membership.state == "paused" and membership.paused_until is None:
        return
    before = "active" if membership.state == "active" else str(membership.paused_until)
    pause(membership, None)
    membership.before_stop = before


def undo_stop(membership: Membership) -> None:
    """Let it be again as it was before they stopped our mail; nothing changes where that was not what paused them."""
    if membership.before_stop == "active":
        membership.state, membership.paused_until, membership.before_stop = "active", None, None
    elif membership.before_stop:
        pause(membership, date.fromisoformat(membership.before_stop))


def resume(membership: Membership) -> None:
    """Take a person into the next draw again."""
    membership.state = "active"
    membership.paused_until = membership.before_stop = membership.skips = None
    membership.invited = False
    membership.silences = 0
