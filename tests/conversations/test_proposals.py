import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cast import conversation, letter_to, mailed, path_in, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from replies import PROGRAMS, Writer, gmail, outlook

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.inbound import take
from unmentor.conversations.models import Conversation
from unmentor.conversations.move import MOST_MOVES, move
from unmentor.conversations.proposals import propose, proposer
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.privacy.export import exported
from unmentor.words import when

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


def page(talk: Conversation, place: int = 0) -> str:
    return f"/c/{key(talk.participations[place])}"


def answered(client: FlaskClient, talk: Conversation, answer: str = "yes", place: int = 0) -> int:
    fields = {"start": "2026-12-03T14:00", "answer": answer}
    return int(post(client, f"{page(talk, place)}/proposal", **fields).status_code)


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


def test_the_others_hear_of_three_from_one_person_and_their_page_shows_the_newest(
    talk: Conversation, clock: Clock, client: FlaskClient
) -> None:
    for day in ("03", "03", "04", "07", "08"):
        take(countered(talk, day, "DECLINED"), clock())
    assert letters() == [("ada@example.gov.uk", "heads-up")] * 3
    assert "Siân’s calendar proposes Tuesday 8 December, 2pm" in client.get(page(talk)).text


def test_the_page_that_the_mail_leads_to_begins_with_it_and_takes_it_with_one_press(
    talk: Conversation, clock: Clock, client: FlaskClient
) -> None:
    take(countered(talk), clock())
    mail = mailed("ada@example.gov.uk", "heads-up")
    assert "Siân’s calendar proposes Thursday 3 December, 2pm" in mail.partition("\n")[0]
    ada = path_in(mail, "/c")
    text = client.get(ada).text
    assert text.index("proposes Thursday 3 December, 2pm") < text.index("You start: say hello first.")
    fields = dict(re.findall(r'name="(start|answer)" value="([^"]*)"', text.partition("Yes, that suits me")[0]))
    db.session.expire_all()
    assert (ada, talk.sequence) == (page(talk), 0)  # a GET changes nothing
    assert post(client, f"{ada}/proposal", **fields).status_code == 303
    db.session.expire_all()
    assert (talk.starts_at, talk.sequence) == (THURSDAY, 1)
    assert [(part.partstat, part.moves) for part in talk.participations] == [("accepted", 0)] * 2
    text = client.get(ada).text
    assert "Moved to Thursday 3 December, 2pm." in text
    assert "proposes" not in text


def test_ones_own_page_says_so_too(talk: Conversation, clock: Clock, client: FlaskClient) -> None:
    take(countered(talk), clock())
    for someone, says in zip(talk.people, (True, False), strict=True):
        sign_in(client, someone)
        assert ("Siân’s calendar proposes Thursday 3 December, 2pm." in client.get("/me").text) == says


def test_saying_yes_uses_up_no_move(talk: Conversation, clock: Clock, client: FlaskClient) -> None:
    talk.participations[0].moves = MOST_MOVES
    take(countered(talk), clock())
    assert answered(client, talk) == 303
    assert post(client, f"{page(talk)}/move", start="2026-12-08T10:00").status_code == 422


def test_everybody_hears_that_it_was_taken_and_every_calendar_follows(
    talk: Conversation, clock: Clock, client: FlaskClient
) -> None:
    take(countered(talk), clock())
    assert answered(client, talk) == 303
    assert "Ada says yes to the time that you proposed." in mailed("sian@gwynedd.example", "moved")
    assert "You moved your conversation with Siân." in mailed("ada@example.gov.uk", "moved")
    for address in ("ada@example.gov.uk", "sian@gwynedd.example"):
        [entry] = [part for part in letter_to(address, "moved").walk() if part.get_content_type() == "text/calendar"]
        [event] = Calendar.from_ical(entry.get_payload(decode=True)).walk("VEVENT")
        assert (event["UID"], event["SEQUENCE"], event.decoded("DTSTART")) == (talk.uid, 1, THURSDAY)


def test_whoever_proposed_hears_kindly_that_it_does_not_suit_and_may_propose_again(
    talk: Conversation, clock: Clock, client: FlaskClient
) -> None:
    take(countered(talk), clock())
    assert answered(client, talk, "no") == 303
    assert "We have told Siân. You still talk on Tuesday 1 December, 9am." in client.get(page(talk)).text
    told = mailed("sian@gwynedd.example", "heads-up")
    assert "Thursday 3 December, 2pm does not suit Ada" in told
    assert "Thank you for proposing it. You still talk on Tuesday 1 December, 9am." in told
    db.session.expire_all()
    assert (talk.participations[1].proposes, talk.sequence) == (None, 0)
    take(countered(talk), clock())
    assert [address for address, _kind in letters()].count("ada@example.gov.uk") == 2


def test_whoever_proposes_reads_that_the_others_were_asked_and_cannot_say_yes_for_them(
    talk: Conversation, clock: Clock, client: FlaskClient
) -> None:
    take(countered(talk), clock())
    text = client.get(page(talk, 1)).text
    assert "Your calendar proposes Thursday 3 December, 2pm. We have asked Ada." in text
    assert "that suits me" not in text
    assert answered(client, talk, place=1) == 422


@pytest.mark.one_engine
@pytest.mark.parametrize("answer", ["yes", "no"])
@pytest.mark.parametrize("ended", ["moved", "newer", "let go", "begun"])
def test_a_proposal_that_has_ended_is_answered_with_a_clear_line(
    talk: Conversation, clock: Clock, client: FlaskClient, ended: str, answer: str
) -> None:
    take(countered(talk), clock())
    if ended == "moved":
        move(talk.participations[1], THURSDAY + timedelta(days=1), clock())
    elif ended == "newer":
        take(countered(talk, "04"), clock())
    elif ended == "let go":
        assert answered(client, talk, "no") == 303
    else:
        clock.moment = talk.starts_at
        assert "proposes" not in client.get(page(talk)).text
    db.session.commit()
    before = (talk.starts_at, talk.sequence, letters())
    refused = post(client, f"{page(talk)}/proposal", start="2026-12-03T14:00", answer=answer)
    assert refused.status_code == 422
    assert f"That time is not on offer any more. You talk on {when(talk.starts_at, 'Europe/London')}" in refused.text
    db.session.expire_all()
    assert (talk.starts_at, talk.sequence, letters()) == before


def test_what_is_off_is_not_moved_and_the_page_says_why(talk: Conversation, clock: Clock, client: FlaskClient) -> None:
    take(countered(talk), clock())
    talk.state = "cancelled"
    db.session.commit()
    assert answered(client, talk) == 410


def test_a_newer_proposal_takes_the_place_of_somebody_elses(talk: Conversation, clock: Clock) -> None:
    ada, sian = talk.participations
    assert propose(ada, THURSDAY, clock())
    assert propose(sian, THURSDAY + timedelta(days=1), clock())
    assert (ada.proposes, proposer(talk, clock())) == (None, sian)


def test_a_time_at_which_somebody_has_come_to_talk_elsewhere_says_so(
    talk: Conversation, clock: Clock, client: FlaskClient
) -> None:
    take(countered(talk), clock())
    conversation(talk.round.programme, talk.people[0], person("Cat"), starts_at=THURSDAY)
    refused = post(client, f"{page(talk)}/proposal", start="2026-12-03T14:00", answer="yes")
    assert (refused.status_code, "You talk to somebody else at 2pm that day" in refused.text) == (422, True)


@pytest.mark.one_engine
@pytest.mark.parametrize("fields", [{}, {"answer": "yes"}, {"start": "soon", "answer": "yes"}, {"answer": "maybe"}])
def test_an_answer_that_names_no_time_or_says_neither_is_refused(
    talk: Conversation, clock: Clock, client: FlaskClient, fields: dict[str, str]
) -> None:
    take(countered(talk), clock())
    assert post(client, f"{page(talk)}/proposal", **fields).status_code == 422
    db.session.expire_all()
    assert talk.sequence == 0


def test_of_those_who_say_yes_at_once_nobody_moves_it_twice_and_nobody_reads_an_error(app: Flask, clock: Clock) -> None:
    three = conversation(programme(), person("Ada"), person("Ben"), person("Siân", email="sian@gwynedd.example"))
    take(countered(three), clock())
    keys = [key(part) for part in three.participations[:2]] * 2
    db.session.commit()

    def press(token: str) -> int:
        with app.app_context():
            fields = {"start": "2026-12-03T14:00", "answer": "yes"}
            return int(post(app.test_client(), f"/c/{token}/proposal", **fields).status_code)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(press, keys)) == [303] * 4
    db.session.expire_all()
    assert (three.starts_at, three.sequence) == (THURSDAY, 1)
    assert [kind for _address, kind in letters()].count("moved") == 3


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
    assert (told["your_calendar_proposed"], told["proposed_times"]) == (THURSDAY.isoformat(), 1)
