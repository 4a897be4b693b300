"""Whoever was in a conversation hears what was shared of it, and may ask once that it is read again."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from cast import conversation, mailed, member, organiser, path_in, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from unmentor.audit.models import AuditEvent
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.reflections.actions import publish, return_, share, take_back, take_down, tell, undo
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection
from unmentor.reflections.rights import let_go
from unmentor.reflections.second_look import NotPublic, object_to
from unmentor.reports.actions import AskedAlready
from unmentor.reports.models import Report

WORDS, WHY = "Marek never answers the phone.", "It names a colleague of mine, and he is ill."
CONSOLE = "/organise/unmentoring"
SIAN, BEN, OLU = (f"{name}@example.gov.uk" for name in ("sian-wyn", "ben-price", "olu-organiser"))


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme(moderation="all")


@pytest.fixture
def olu(ours: Programme) -> Person:
    return organiser(ours)


@pytest.fixture
def parts(ours: Programme, olu: Person) -> list[Participation]:
    """Return the parts of Siân, who writes, and of Ben, who talked with her."""
    talk = conversation(ours, person("Siân Ŵyn"), person("Ben Price"), state="met")
    for part in talk.participations:
        member(part.person, ours)
    return talk.participations


@pytest.fixture
def hers(parts: list[Participation], clock: Clock) -> Reflection:
    """Return what Siân shared, an organiser read, and is public, and everybody has heard of."""
    return public(parts[0], clock)


def public(part: Participation, clock: Clock) -> Reflection:
    clock.set(2026, 12, 2, 9)
    written = share(part, Draft(WORDS, ("phones",), attribution="name"), clock())
    if written.state == "pending":
        publish(written, clock())
    sent()
    clock.advance(hours=1)
    return written


def sent() -> None:
    """Let all email leave."""
    db.session.execute(update(Message).values(state="sent"))
    db.session.commit()


def ask(part: Participation, reflection: Reflection) -> str:
    return f"/c/{key(part)}/shared/{reflection.id}/ask"


def objects(part: Participation, reflection: Reflection, clock: Clock) -> None:
    object_to(reflection, part, WHY, ("", ""), clock())
    db.session.commit()


def letters(to: str, kind: str = "reflection-published") -> int:
    query = select(Message.id).where(Message.recipient == to, Message.kind == kind)
    return len(db.session.scalars(query).all())


def test_who_talked_with_its_writer_hears_when_it_is_public_and_not_before(
    parts: list[Participation], clock: Clock, client: FlaskClient
) -> None:
    assert "We tell Ben when it is public." in client.get(f"/c/{key(parts[0])}/reflection").text
    written = share(parts[0], Draft(WORDS, attribution="anonymous"), clock())
    assert letters(BEN) == 0
    publish(written, clock())
    assert letters(BEN) == 1
    assert db.session.scalar(select(Message.due_at).where(Message.recipient == BEN)) > clock()
    # Undone in time, nobody hears.
    assert undo(written, clock())
    assert letters(BEN) == letters(SIAN) == 0
    publish(written, clock())
    db.session.commit()
    letter = mailed(BEN, "reflection-published")
    who, _blank, when = letter.splitlines()[:3]
    assert who == "Siân shared what stayed with them. Everybody can read it."
    assert when == "It is from your conversation on Tuesday 1 December, signed “Someone”:"
    assert WORDS in letter
    assert client.get(path_in(letter, "/reflections")).status_code == 200
    assert client.get(path_in(letter, "/c")).status_code == 200


def test_asking_takes_it_off_every_page_and_tells_organisers_why_and_its_writer_kindly(
    parts: list[Participation], hers: Reflection, olu: Person, client: FlaskClient
) -> None:
    address = f"/reflections/{hers.slug}"
    ben = f"/c/{key(parts[1])}"
    assert ask(parts[1], hers) in client.get(ben).text
    assert post(client, ask(parts[1], hers), reason="").status_code == 422
    assert client.post(ask(parts[1], hers), data={"reason": WHY}).status_code == 422
    assert client.get(address).status_code == 200
    assert "off the public pages" in client.get(post(client, ask(parts[1], hers), reason=WHY).location).text
    assert client.get(address).status_code == 410
    for page in ("/", "/reflections", "/reflections.atom", "/reflections.rss", "/reflections.json"):
        assert WORDS not in client.get(page).text, page
    assert "is read by an organiser" in client.get(ben).text
    said = mailed(SIAN, "reflection-returned")
    assert "off the public pages for now" in said.splitlines()[0]
    assert "your conversation on Tuesday 1 December asked that an organiser reads it again" in said.splitlines()[2]
    assert "colleague" not in said
    assert client.get(path_in(said, "/c")).status_code == 200
    assert "read again what was shared" in mailed(OLU, "reported").splitlines()[0]
    assert path_in(mailed(OLU, "reported"), "/organise") == f"{CONSOLE}/reflections"
    sign_in(client, olu)
    assert WHY in client.get(CONSOLE).text
    assert "Ben Price was in the conversation and asks you" in client.get(f"{CONSOLE}/reflections").text
    assert WHY in client.get(f"{CONSOLE}/reflections").text
    assert WHY not in client.get(f"{CONSOLE}/reports").text
    logged = db.session.execute(select(AuditEvent.deed, AuditEvent.by_id, AuditEvent.person_id)).all()
    assert logged == [("reflection-asked", parts[1].person_id, parts[0].person_id)]


def test_nobody_asks_twice_whatever_was_decided(
    parts: list[Participation], hers: Reflection, clock: Clock, client: FlaskClient
) -> None:
    objects(parts[1], hers, clock)
    publish(hers, clock())
    db.session.commit()
    again = mailed(BEN, "reflection-published")
    assert "An organiser has read it, and it is public." in again
    assert "/ask" not in again
    assert letters(SIAN) == 2
    assert "as you asked" in client.get(f"/c/{key(parts[1])}").text
    assert "You have asked this once" in client.get(client.get(ask(parts[1], hers)).location).text
    assert "You have asked this once" in client.get(post(client, ask(parts[1], hers), reason=WHY).location).text
    db.session.refresh(hers)
    assert hers.state == "published"


@pytest.mark.parametrize(
    ("decide", "outcome"), [(publish, "done"), (lambda *of: return_(of[0], "Leave it out.", of[1]), "down")]
)
def test_whoever_decides_settles_it_and_can_think_again(
    parts: list[Participation], hers: Reflection, clock: Clock, decide: Any, outcome: str
) -> None:
    objects(parts[1], hers, clock)
    assert decide(hers, clock())
    asked = db.session.query(Report).one()
    db.session.refresh(asked)
    assert (asked.outcome, asked.settled_at) == (outcome, clock())
    assert undo(hers, clock())
    db.session.refresh(asked)
    assert (asked.outcome, asked.settled_at, hers.state) == ("", None, "pending")


def test_who_wrote_it_neither_reads_why_nor_decides(
    parts: list[Participation], hers: Reflection, ours: Programme, clock: Clock, client: FlaskClient
) -> None:
    objects(parts[1], hers, clock)
    db.session.scalars(select(Membership).where(Membership.person_id == parts[0].person_id)).one().role = "organiser"
    sign_in(client, parts[0].person)
    page = client.get(f"{CONSOLE}/reflections").text
    assert "another organiser decides" in page
    assert WHY not in page + client.get(CONSOLE).text
    read = hers.written_at.isoformat()
    assert post(client, f"{CONSOLE}/reflections/{hers.id}/publish", read=read).status_code == 403
    assert post(client, f"{CONSOLE}/reflections/{hers.id}/return", note="Mine.").status_code == 403
    db.session.refresh(hers)
    assert hers.state == "pending"


def test_what_was_asked_about_is_read_each_time_from_then_on(
    parts: list[Participation], ours: Programme, clock: Clock
) -> None:
    ours.moderation = "none"
    hers = public(parts[0], clock)
    objects(parts[1], hers, clock)
    assert share(parts[0], Draft("Somebody never answers."), clock()).state == "pending"
    take_back(hers, clock())
    assert db.session.scalar(select(Report.outcome)) == "down"
    assert share(parts[0], Draft(WORDS), clock()).state == "pending"


def test_of_three_each_may_ask_once(ours: Programme, olu: Person, clock: Clock) -> None:
    hers, ben, cai = conversation(
        ours, person("Siân Ŵyn"), person("Ben Price"), person("Cai"), state="met"
    ).participations
    words = public(hers, clock)
    for part in (ben, cai):
        objects(part, words, clock)
        with pytest.raises(AskedAlready):
            object_to(words, part, WHY, ("", ""), clock())
        publish(words, clock())
        sent()
        clock.advance(minutes=1)
    assert letters("cai@example.gov.uk") == letters(BEN) == 3
    assert letters(SIAN, "reflection-returned") == 2


def test_only_who_was_there_may_ask_and_not_of_their_own(
    parts: list[Participation], hers: Reflection, ours: Programme, client: FlaskClient
) -> None:
    elsewhere = conversation(ours, person("Cai"), person("Dai"), state="met").participations[0]
    for part in (parts[0], elsewhere):
        assert client.get(ask(part, hers)).status_code == 404
        assert post(client, ask(part, hers), reason=WHY).status_code == 404
    parts[1].withdrew_at = hers.written_at
    db.session.commit()
    assert client.get(ask(parts[1], hers)).status_code == 410


def test_what_is_not_public_any_more_uses_up_nobodys_one_time(
    parts: list[Participation], hers: Reflection, clock: Clock, client: FlaskClient
) -> None:
    take_down(hers, "It names somebody.", clock())
    db.session.commit()
    with pytest.raises(NotPublic), transaction():
        object_to(hers, parts[1], WHY, ("", ""), clock())
    assert db.session.query(Report).count() == 0
    assert letters(OLU, "reported") == letters(SIAN, "reflection-returned") - 1 == 0


def test_words_that_change_unread_are_told_of_once_a_day(
    ours: Programme, parts: list[Participation], clock: Clock
) -> None:
    ours.moderation = "none"
    hers = public(parts[0], clock)
    for hour in range(30):
        clock.advance(hours=1)
        tell(share(parts[0], Draft(f"Words {hour}."), clock()), clock())
        sent()
    assert hers.state == "published"
    assert letters(BEN) == 2
    assert letters(SIAN) == 30


def test_letters_that_name_a_writer_go_with_them(parts: list[Participation], hers: Reflection) -> None:
    assert letters(BEN) == 1
    let_go(parts[0].person)
    assert letters(BEN) == 0


def test_whoever_takes_words_back_while_an_organiser_decides_has_the_last_word(
    app: Flask, parts: list[Participation], clock: Clock
) -> None:
    for number in range(3):
        part = conversation(parts[0].conversation.round.programme, *(each.person for each in parts)).participations[0]
        words = public(part, clock)
        objects(part.conversation.participations[1], words, clock)
        reflection_id, start = words.id, Barrier(2)
        db.session.commit()

        def act(who: int, number: int = reflection_id, start: Barrier = start) -> None:
            with app.app_context():
                start.wait(30)
                with transaction():
                    theirs = db.session.get_one(Reflection, number)
                    publish(theirs, clock()) if who else take_back(theirs, clock())

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(act, range(2)))
        db.session.expire_all()
        assert words.state == "withdrawn"
        assert db.session.query(Report).filter_by(settled_at=None).count() == 0
        news = Message.about.startswith(f"reflection:{reflection_id}:") & (Message.state == "queued")
        assert db.session.query(Message).where(news).count() == 0
        db.session.commit()


def test_who_asks_at_once_in_many_windows_asks_once_and_an_organiser_is_not_overruled(
    app: Flask, parts: list[Participation], hers: Reflection, clock: Clock
) -> None:
    reflection_id, part_id, start = hers.id, parts[1].id, Barrier(5)
    db.session.commit()

    def press(number: int) -> str:
        with app.app_context():
            start.wait(30)
            try:
                with transaction():
                    words, part = (
                        db.session.get_one(Reflection, reflection_id),
                        db.session.get_one(Participation, part_id),
                    )
                    if number:
                        object_to(words, part, WHY, ("", ""), clock())
                    else:
                        take_down(words, "It names somebody.", clock())
            except (AskedAlready, NotPublic) as error:
                return type(error).__name__
            return "done"

    with ThreadPoolExecutor(5) as threads:
        said = list(threads.map(press, range(5)))
    db.session.refresh(hers)
    asked = db.session.query(Report).count()
    # Whoever came first: the organiser, and nobody asks; or one who asks, and nothing is left to take down.
    assert (asked, hers.state) in {(0, "returned"), (1, "pending")}
    assert said[1:].count("done") == asked == letters(OLU, "reported")
