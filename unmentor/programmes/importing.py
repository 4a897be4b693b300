"""People from a spreadsheet, checked by the very form that they would fill in themselves: first look, then do it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from unmentor.db import db
from unmentor.mail.outbox import queue
from unmentor.people.actions import confirm, sign_up
from unmentor.people.address import standard
from unmentor.people.details import Details
from unmentor.people.forms import DetailsForm
from unmentor.people.models import Person
from unmentor.people.queries import person_at
from unmentor.programmes.actions import enrol, pause
from unmentor.programmes.door import ask_to_confirm
from unmentor.programmes.mails import invited
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import memberships_of
from unmentor.sheets import WrongSheet, lines

NEEDED = ("name", "email", "phone")
KNOWN = (*NEEDED, "video", "organisation", "about", "language")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a spreadsheet, and what is to become of it."""

    number: int
    name: str
    email: str = ""
    # new: they are asked by mail; here: nothing changes; wrong: what to mend is the trouble
    outcome: str = "new"
    trouble: str = ""
    details: Details | None = None


def look(text: str, programme: Programme, most: int | None = None) -> list[Line]:
    """Return what importing a spreadsheet would do, line by line. Changes nothing.

    Raises WrongSheet, also for one of more than *most* lines.
    """
    rows = list(lines(text, NEEDED, KNOWN))
    if most is not None and len(rows) > most:
        said = _("That is %(has)s people. Split it into files of at most %(most)s.", has=len(rows), most=most)
        raise WrongSheet(said)
    checked = [_checked(number, cells) for number, cells in rows]
    here = _members(programme, {line.email for line in checked})
    return list(_once(checked, here))


def look_at(cells: dict[str, str], programme: Programme) -> Line:
    """Return what asking one person would do, told as a line of a spreadsheet tells it. Changes nothing."""
    line = _checked(1, cells)
    return next(_once([line], _members(programme, {line.email})))


def mark(looked_at: Iterable[Line]) -> str:
    """Return what tells whether importing would still do what somebody saw."""
    seen = [(line.number, line.email, line.outcome) for line in looked_at]
    return sha256(repr(seen).encode()).hexdigest()[:16]


def carry_out(looked_at: Iterable[Line], programme: Programme, now: datetime, *, confirmed: bool = False) -> int:
    """Take in whoever is new among *looked_at*; return how many that is.

    Each is asked by mail whether they take part, or is in at once where they agreed elsewhere (*confirmed*). Who is
    known from another programme keeps what they told of themselves; nothing changes for who is in this one already.
    """
    taken = 0
    for line in looked_at:
        if line.outcome == "new" and line.details:
            person = person_at(line.email) or sign_up(line.email, line.details, now)
            if not memberships_of(programme, [person.id]):  # they may have joined since
                take_in(person, programme, now, confirmed=confirmed)
                taken += 1
    return taken


def _checked(number: int, cells: dict[str, str]) -> Line:
    form = DetailsForm(formdata=MultiDict({"language": "en"} | cells), meta={"csrf": False})
    name, typed = cells.get("name", ""), cells.get("email", "")
    if not form.validate():
        trouble = "; ".join(f"{field}: {errors[0]}" for field, errors in form.errors.items())
        return Line(number, name, typed, "wrong", trouble)
    return Line(number, name, standard(typed), details=form.details())


def _once(checked: Iterable[Line], here: set[str]) -> Iterator[Line]:
    """Yield the lines, of those with the same address only the first as new."""
    first = dict[str, int]()
    for line in checked:
        if line.outcome == "wrong":
            yield line
        elif line.email in first:
            trouble = _("email: the same as in line %(number)s", number=first[line.email])
            yield Line(line.number, line.name, line.email, "wrong", trouble)
        elif line.email in here:
            yield Line(line.number, line.name, line.email, "here", _("is here already, so nothing changes"))
        else:
            yield line
        first.setdefault(line.email, line.number)


def _members(programme: Programme, emails: set[str]) -> set[str]:
    """Return those of *emails* whose owners are in *programme*."""
    asked, found = sorted(emails), set[str]()
    of_it = select(Person.email).join(Membership, Membership.person_id == Person.id)
    for start in range(0, len(asked), AT_ONCE):
        some = of_it.where(Membership.programme_id == programme.id, Person.email.in_(asked[start : start + AT_ONCE]))
        found |= {email for email in db.session.scalars(some) if email}
    return found


def take_in(person: Person, programme: Programme, now: datetime, *, confirmed: bool = False) -> None:
    """Put somebody on the list of a programme that they are not in: asked by mail, or in at once where *confirmed*."""
    member = enrol(person, programme, now, approved=True)
    if confirmed:
        confirm(person, now)
    elif person.confirmed_at is None:
        ask_to_confirm(person, programme, now)
    else:
        pause(member, until=None)  # until they say yes
        member.invited = True
        queue(invited(member), now)
