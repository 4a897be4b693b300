from datetime import UTC, datetime, timedelta

import pytest
from cast import conversation, mailed, path_in, person, post, programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from replies import PROGRAMS, Writer, gmail, outlook

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.inbound import take
from unmentor.conversations.models import Conversation
from unmentor.conversations.move import move
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.privacy.export import exported

THURSDAY = datetime(2026, 12, 3, 14, tzinfo=UTC)
# As Outlook sends it: what it was, and what it could be.
OUTLOOK = (
    "DTSTART;TZID=GMT Standard Time:20261201T090000",
    "X-MS-OLK-ORIGINALSTART;TZID=GMT Standard Time:20261201T090000\r\nDTSTART;TZID=GMT Standard Time:20261203T140000",
)


@pytest.fixture
def talk(app: Flask) -> Conversation:
    """Return a conversation of Ada and Siân on Tuesday 1 December at nine."""
    return conversation(programme(), person("Ada"), person("Siân", email="sian@gwynedd.example"))


def letters() -> list[tuple[str, str]]:
    return [(mail.recipient, mail.kind) for mail in db.session.query(Message).order_by(Message.id)]


def countered(talk: Conversation, day: str = "03", partstat: str = "TENTATIVE") -> bytes:
    return gmail(talk.uid, partstat, method="COUNTER", spoil=("DTSTART:20261201T09", f"DTSTART:202612{day}T14"))


@pytest.mark.parametrize("write", PROGRAMS.values(), ids=PROGRAMS)
def test_a_time_that_a_calendar_proposes_is_kept_and_moves_nothing(
    talk: Conversation, clock: Clock, write: Writer
) -> None:
    spoil = OUTLOOK if write is outlook else ("DTSTART:20261201T09", "DTSTART:20261203T14")
    was = talk.starts_at
    assert take(write(talk.uid, "TENTATIVE", method="COUNTER", spoil=spoil), clock()) == "answer"
    _ada, sian = talk.participations
    assert (sian.proposes, sian.proposed_at, sian.partstat) == (THURSDAY, clock(), "tentative")
    assert (talk.starts_at, talk.sequence) == (was, 0)


def test_the_others_hear_of_it_once_and_whoever_proposes_is_not_asked(talk: Conversation, clock: Clock) -> None:
    for day in ("03", "04"):
        take(countered(talk, day, "DECLINED"), clock())
    assert letters() == [("ada@example.gov.uk", "heads-up")]
    assert talk.participations[1].proposes == THURSDAY + timedelta(days=1)  # the newest


def test_the_page_says_so_and_its_link_opens_the_form_with_that_time(
    talk: Conversation, clock: Clock, client: FlaskClient
) -> None:
    take(countered(talk), clock())
    ada, sian = (f"/c/{key(part)}" for part in talk.participations)
    assert "Siân’s calendar proposes Thursday 3 December, 2pm" in client.get(ada).text
    assert "Your calendar proposes Thursday 3 December, 2pm" in client.get(sian).text
    link = path_in(mailed("ada@example.gov.uk", "heads-up"), "/c")
    assert link == f"{ada}/move?start=2026-12-03T14:00"
    form = client.get(link).text
    assert 'value="2026-12-03T14:00"' in form
    assert "checked" in form
    db.session.expire_all()
    assert talk.sequence == 0
    assert post(client, f"{ada}/move", start="2026-12-03T14:00").status_code == 303
    db.session.expire_all()
    assert talk.starts_at == THURSDAY
    assert "proposes" not in client.get(ada).text


@pytest.mark.parametrize("start", ["", "no time", "2026-12-03T14:00<script>", "2026-13-40T99:99"])
def test_a_link_that_names_no_time_opens_the_form_as_ever(talk: Conversation, client: FlaskClient, start: str) -> None:
    answer = client.get(f"/c/{key(talk.participations[0])}/move", query_string={"start": start})
    assert answer.status_code == 200
    assert " checked" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("unusable", ["20261201T09", "20261101T09", "20280131T09"])
def test_a_time_that_cannot_be_asks_whoever_proposes_it_for_another(
    talk: Conversation, clock: Clock, unusable: str
) -> None:
    take(gmail(talk.uid, "DECLINED", method="COUNTER", spoil=("DTSTART:20261201T09", f"DTSTART:{unusable}")), clock())
    assert talk.participations[1].proposes is None
    assert letters() == [("sian@gwynedd.example", "declined")]


def test_accepting_after_all_or_moving_ends_a_proposal(talk: Conversation, clock: Clock) -> None:
    sian = talk.participations[1]
    take(countered(talk), clock())
    take(gmail(talk.uid, "DECLINED"), clock())
    assert sian.proposes == THURSDAY
    take(gmail(talk.uid, "ACCEPTED"), clock())
    assert sian.proposes is None
    take(countered(talk), clock())
    move(talk.participations[0], THURSDAY + timedelta(days=1), clock())
    assert (sian.proposes, sian.proposed_at) == (None, None)


def test_nobody_proposes_for_somebody_else_nor_for_what_has_moved(talk: Conversation, clock: Clock) -> None:
    forged = countered(talk).replace(b"<Sian@gwynedd.example>", b"<eve@example.com>")
    assert take(forged, clock()) == "left"
    proposed = countered(talk)
    move(talk.participations[0], THURSDAY, clock())
    assert take(proposed, clock()) == "ignored"
    assert talk.participations[1].proposes is None


def test_what_a_calendar_proposed_is_among_what_is_held_on_a_person(talk: Conversation, clock: Clock) -> None:
    take(countered(talk), clock())
    [told] = exported(talk.participations[1].person, clock())["conversations"]
    assert told["your_calendar_proposed"] == THURSDAY.isoformat()
