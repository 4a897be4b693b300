"""People from a spreadsheet, checked by the very form that they would fill in themselves."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from werkzeug.datastructures import MultiDict

from unmentor.mail.outbox import queue
from unmentor.people.actions import confirm, sign_up
from unmentor.people.address import standard
from unmentor.people.forms import DetailsForm
from unmentor.people.models import Person
from unmentor.people.queries import person_at
from unmentor.programmes.actions import enrol, pause
from unmentor.programmes.door import ask_to_confirm
from unmentor.programmes.mails import invited
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import memberships_of

NEEDED = ("name", "email", "phone")
KNOWN = (*NEEDED, "video", "organisation", "about", "language")


class WrongSheet(ValueError):  # noqa: N818 - it is named by what happened
    """A spreadsheet cannot be read at all; its one line says how to mend it."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line of the spreadsheet."""

    number: int
    name: str
    # Empty where the person is in; else what to mend.
    trouble: str = ""


def import_people(file: TextIO, programme: Programme, now: datetime, *, confirmed: bool) -> Iterator[Line]:
    """Take in everybody that *file* names, and say of each line what became of it.

    Each is asked by mail whether they take part, or is in at once where they agreed elsewhere (*confirmed*). Who is
    known from another programme keeps what they told of themselves; nothing changes for who is in this one already.
    Commas or semicolons, with or without a byte order mark. Raises WrongSheet.
    """
    for number, cells in _rows(file):
        form = DetailsForm(formdata=MultiDict({"language": "en"} | cells), meta={"csrf": False})
        name = cells.get("name", "")
        if not form.validate():
            yield Line(number, name, "; ".join(f"{field}: {errors[0]}" for field, errors in form.errors.items()))
            continue
        email = standard(cells["email"])
        known = person_at(email)
        if known and memberships_of(programme, [known.id]):
            yield Line(number, name, "is here already, so nothing was changed")
        else:
            _take_in(known or sign_up(email, form.details(), now), programme, now, confirmed=confirmed)
            yield Line(number, name)


def _take_in(person: Person, programme: Programme, now: datetime, *, confirmed: bool) -> None:
    member = enrol(person, programme, now, approved=True)
    if confirmed:
        confirm(person, now)
    elif person.confirmed_at is None:
        ask_to_confirm(person, programme, now)
    else:
        pause(member, until=None)  # until they say yes
        queue(invited(member), now)


def _rows(file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line that is not blank, as its number and its cells by column."""
    header = file.readline().removeprefix("\ufeff")
    comma = ";" if header.count(";") > header.count(",") else ","
    columns = [cell.strip().lower() for cell in next(csv.reader([header], delimiter=comma), [])]
    if missing := [column for column in NEEDED if column not in columns]:
        raise WrongSheet(f"The first line must name the columns. Missing: {', '.join(missing)}.")
    reader = csv.reader(file, delimiter=comma)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            named = zip(columns, cells, strict=False)
            yield (
                reader.line_num + 1,
                {column: cell.strip() for column, cell in named if column in KNOWN and cell.strip()},
            )
