"""Put letters in the outbox, inside the caller's transaction: they leave only if the change they tell of is kept."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, insert, literal, null, select, tuple_, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from unmentor.db import db
from unmentor.mail.kinds import LETS_IN, PAUSES, SAYS_WHEN
from unmentor.mail.message import Letter, compose
from unmentor.mail.models import BATCH, UNSENT, Body, Hold, Message, Stopped, Suppressed
from unmentor.mail.seal import seal
from unmentor.runtime import settings, where

log = logging.getLogger(__name__)

USUALLY_WORTH_SENDING = timedelta(days=3)
HEAD_START = timedelta(days=1)

# What keeps mail back: a kind and who stopped it, an address that refuses it, or nothing but that all is held.
KEPT_BACK: CompoundSelect[int | None, str] = union_all(
    select(Stopped.person_id, Stopped.kind).where(
        tuple_(Stopped.person_id, Stopped.kind).in_(bindparam("kinds", expanding=True))
    ),
    select(null(), Suppressed.address).where(Suppressed.address.in_(bindparam("addresses", expanding=True))),
    select(null(), literal("")).select_from(Hold),
)

# A letter, the row that will be stored for it, and its bytes, sealed.
Written = tuple[Letter, dict[str, Any], bytes]


def queue(letter: Letter, now: datetime) -> Message | None:
    """Queue one letter and return its message; None where its reader stopped that kind, or it is queued already."""
    queued = keep(written([letter], now), now)
    return db.session.get(Message, queued[0]) if queued else None


def queue_all(letters: Iterable[Letter], now: datetime) -> int:
    """Queue many letters, of a whole round for example, and return how many are new. Letters may be a generator."""
    return len(keep((_written(letter, now) for letter in letters), now))


def written(letters: Iterable[Letter], now: datetime) -> list[Written]:
    """Return letters as they will leave. It is the slow half of queuing, and needs no turn at the database."""
    return [_written(letter, now) for letter in letters]


def keep(mails: Iterable[Written], now: datetime) -> list[int]:
    """Store what is new and wanted, and return the ids: whoever queues the same letter second stores nothing."""
    waiting, ids = iter(mails), list[int]()
    while batch := list(islice(waiting, BATCH)):
        ids += _insert(batch, now)
    return ids


def _insert(mails: list[Written], now: datetime) -> list[int]:
    letters = [letter for letter, _row, _content in mails]
    stopped, suppressed, state = _kept_back(letters)
    wanted = [mail for mail in mails if (mail[0].person_id, mail[0].kind) not in stopped]
    if not wanted:
        return []
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(Message).on_conflict_do_nothing().returning(Message.id, Message.message_id)
    rows = [row | _when(letter, row, now, suppressed, state) for letter, row, _content in wanted]
    stored = db.session.execute(new, rows).all()
    contents = {row["message_id"]: content for _letter, row, content in wanted}
    if bodies := [{"id": number, "content": contents[mark]} for number, mark in stored if mark]:
        db.session.execute(insert(Body), bodies)
    for letter, _row, _content in wanted:
        _supersede(letter)
    return [number for number, _mark in stored]


def _supersede(letter: Letter) -> None:
    """Let nothing leave that said when a conversation is before *letter* did."""
    if letter.kind not in SAYS_WHEN or letter.sequence == 0:
        return
    earlier = update(Message).where(
        Message.about == letter.about,
        Message.person_id == letter.person_id,
        Message.kind.in_(SAYS_WHEN),
        Message.sequence < letter.sequence,
        Message.state.in_(UNSENT),
    )
    db.session.execute(earlier.values(state="expired", trouble="A later mail says when"))


def _written(letter: Letter, now: datetime) -> Written:
    """Return a letter, its row and its bytes. What cannot be written fails alone, and organisers see it."""
    row: dict[str, Any] = {
        "about": letter.about, "person_id": letter.person_id, "programme_id": letter.programme_id,
        "kind": letter.kind, "sequence": letter.sequence,
        "recipient": letter.to[1][:254], "subject": "", "message_id": "",
        "expires_at": letter.expires_at or now + USUALLY_WORTH_SENDING, "trouble": "",
    }  # fmt: skip
    try:
        mail = compose(letter, now)
    except Exception as error:
        log.error("The %s about %s could not be written: %s", letter.kind, letter.about, where(error))
        return letter, row | {"trouble": f"This mail could not be written: {error}"[:300]}, b""
    subject = "" if letter.kind in LETS_IN else mail.subject[:200]
    row |= {"recipient": mail.recipient, "subject": subject, "message_id": mail.message_id}
    return letter, row, seal(settings().secret_key).close(mail.content)


def _when(letter: Letter, row: dict[str, Any], now: datetime, suppressed: set[str], state: str) -> dict[str, Any]:
    """Return what is known of a mail only as it is stored: whether it may leave, and when."""
    stored = {"state": state, "queued_at": now, "due_at": letter.not_before or now}
    if row["trouble"]:
        return stored | {"state": "failed"}
    if letter.kind in LETS_IN:
        # Somebody waits for it at their screen, so it leaves after a hold too, and even where an earlier mail was
        # refused, since whoever asks is at their mailbox now. Only who takes part goes before a whole round: mails to
        # addresses that nobody has confirmed take their turn, or strangers could hold invitations up.
        return stored | {"state": "queued", "due_at": now - HEAD_START if letter.kind == "sign-in" else now}
    if row["recipient"].lower() in suppressed:
        said = "Not tried: an earlier mail to this address was refused for good"
        return stored | {"state": "failed", "trouble": said}
    return stored


def _kept_back(letters: list[Letter]) -> tuple[set[tuple[int | None, str]], set[str], str]:
    """Return who stopped which kind, which addresses refuse our mail, and how new mail waits: all asked at once."""
    kinds = {(each.person_id, each.kind) for each in letters if each.person_id and each.kind not in PAUSES}
    asked = {"kinds": list(kinds), "addresses": list({each.to[1].lower() for each in letters})}
    found = {(person, said) for person, said in db.session.execute(KEPT_BACK, asked)}
    return found, {said for _person, said in found}, "held" if (None, "") in found else "queued"
