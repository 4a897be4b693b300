"""The people of a programme as a spreadsheet: what its organisers may see, and nothing else."""

from collections.abc import Iterable

from unmentor.organise.standing import Entry
from unmentor.programmes.models import Programme
from unmentor.programmes.rhythm import TAKES_PART
from unmentor.sheets import csv_of

COLUMNS = (
    "name", "email", "organisation", "about", "role", "standing", "paused_until", "takes_part", "joined",
    "conversations", "met",
)  # fmt: skip


def sheet_of(programme: Programme, entries: Iterable[Entry]) -> str:
    """Return a CSV file of *entries*, safe to open in any spreadsheet program."""
    return csv_of(COLUMNS, (_row(programme, entry) for entry in entries))


def _row(programme: Programme, entry: Entry) -> tuple[str | int | None, ...]:
    member, until = entry.member, entry.member.paused_until
    return (
        entry.name,
        entry.person.email,
        entry.organisation,
        "" if member.invited else entry.person.about,
        member.role,
        entry.standing,
        until.isoformat() if until and entry.standing == "paused" else None,
        TAKES_PART[member.every],
        programme.today(member.joined_at).isoformat(),
        entry.talks,
        entry.met,
    )
