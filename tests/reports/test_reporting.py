"""What somebody reports reaches the organisers at once, and nobody whom it is about."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cast import conversation, mailed, member, organiser, person, post, programme, reflection, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from unmentor.audit.models import AuditEvent
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people.models import KeptApart, Person
from unmentor.privacy.leave import leave
from unmentor.privacy.retention import forget
from unmentor.programmes.models import Programme
from unmentor.reflections.actions import undo
from unmentor.reports.actions import report_conversation, settle
from unmentor.reports.models import Report
from unmentor.rounds.apart import keep_apart

PAGE = "/organise/unmentoring/reports"
WORDS = "He shouted at me. I do not want to meet him again."


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def olu(ours: Programme) -> Person:
    return organiser(ours)


@pytest.fixture
def talk(ours: Programme) -> Conversation:
    """Return a conversation of Ada and Ben; Ben organises too."""
    ada, ben = person("Ada Lovelace"), person("Ben Wyn")
    member(ada, ours)
    member(ben, ours, role="organiser")
    return conversation(ours, ada, ben)


def reported(talk: Conversation, clock: Clock) -> Report:
    report_conversation(talk.participations[0], WORDS, ("", ""), clock())
    db.session.commit()
    return db.session.scalars(select(Report)).one()


def told() -> list[str]:
    mails = select(Message.recipient).where(Message.kind == "reported").order_by(Message.id)
    return list(db.session.scalars(mails))


def test_a_participant_tells_the_organisers_and_nobody_in_the_conversation_hears(
    talk: Conversation, olu: Person, client: FlaskClient
) -> None:
    path = f"/c/{key(talk.participations[0])}/report"
    assert path in client.get(path.removesuffix("/report")).text
    assert post(client, path, reason="").status_code == 422
    assert post(client, path, reason=WORDS).location == "/reported"
    # Ben organises as well, and it is about him.
    assert told() == [olu.email]
    said = mailed(olu.email, "reported")
    assert "went wrong" in said
    assert "shouted" not in said
    assert "Ada" not in said
    sign_in(client, olu)
    page = client.get(PAGE).text
    assert WORDS in page
    assert "Ada Lovelace on talking with Ben Wyn" in page
    number = db.session.scalars(select(Report.id)).one()
    sign_in(client, talk.participations[1].person)
    assert post(client, f"{PAGE}/{number}/done").status_code == 404
    for theirs in (PAGE, f"/c/{key(talk.participations[1])}", "/me", "/me/data.json", "/organise/unmentoring/mail"):
        assert "shouted" not in client.get(theirs).text


def test_a_conversation_that_is_off_can_be_reported_too(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    talk.state, talk.participations[1].withdrew_at = "cancelled", clock()
    assert post(client, f"/c/{key(talk.participations[0])}/report", reason=WORDS).status_code == 303
    assert db.session.scalars(select(Report.about)).all() == [[talk.participations[1].person_id]]


def test_where_it_is_about_every_organiser_the_operator_hears(ours: Programme, clock: Clock) -> None:
    talk = conversation(ours, person("Ada"), organiser(ours))
    operator = ("Op", "op@example.org")
    report_conversation(talk.participations[0], WORDS, operator, clock())
    assert told() == ["op@example.org"]
    assert "flask organiser add" in mailed("op@example.org", "reported")
    another = organiser(ours, "Eve")
    report_conversation(talk.participations[0], WORDS, operator, clock())
    assert told() == ["op@example.org", another.email]


def test_whoever_holds_an_old_link_or_says_it_again_and_again_is_stopped_kindly(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    path = f"/c/{key(talk.participations[0])}/report"
    for _ in range(5):
        assert post(client, path, reason=WORDS).status_code == 303
    sixth = post(client, path, reason=WORDS)
    assert sixth.status_code == 422
    assert WORDS in sixth.text
    clock.advance(days=200)
    assert post(client, path, reason=WORDS).status_code == 410
    sign_in(client, talk.participations[0].person)
    assert post(client, path, reason=WORDS).status_code == 303


def test_an_organiser_keeps_the_two_apart_with_one_press(
    talk: Conversation, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    report = reported(talk, clock)
    ben = talk.participations[1].person
    sign_in(client, olu)
    assert "Keep Ada and Ben apart" in client.get(PAGE).text
    assert post(client, f"{PAGE}/{report.id}/apart", other=olu.id).status_code == 404
    post(client, f"{PAGE}/{report.id}/apart", other=ben.id)
    db.session.expire_all()
    assert (report.outcome, talk.state) == ("apart", "cancelled")
    assert "Nothing is reported." in client.get(PAGE).text
    pair = db.session.scalars(select(KeptApart)).one()
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.deed, event.person_id, event.facts) == ("kept-apart", None, {"pair": pair.id})
    # Ben organises too, and can neither see nor undo it.
    undo_it = f"/organise/unmentoring/apart/{pair.id}/undo"
    sign_in(client, ben)
    assert "Kept apart" not in client.get(PAGE).text
    post(client, undo_it)
    assert db.session.query(KeptApart).count() == 1
    sign_in(client, olu)
    post(client, undo_it)
    assert db.session.query(KeptApart).count() == 0


def test_an_organiser_keeps_anybody_apart_from_a_persons_page(
    talk: Conversation, olu: Person, client: FlaskClient
) -> None:
    ada, ben = (part.person for part in talk.participations)
    stranger = person("Eve")
    sign_in(client, olu)
    page = f"/organise/unmentoring/people/{ada.id}"
    assert f"{page}/apart" in client.get(page).text
    for refused in (ada.email, stranger.email, "nobody@example.gov.uk", "nobody"):
        assert post(client, f"{page}/apart", email=refused).status_code == 422
    assert post(client, f"{page}/apart", email=str(ben.email).upper()).location == page
    assert db.session.query(KeptApart).count() == 1
    assert db.session.scalars(select(AuditEvent.deed)).all() == ["kept-apart"]
    # The page of a person says nothing of it, whoever looks.
    assert "Kept apart" not in client.get(page).text


def test_anybody_reports_what_is_public_and_a_flood_fills_no_mailbox(
    talk: Conversation, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    shared = reflection(talk.participations[1], published_at=clock())
    path = f"/reflections/{shared.slug}/report"
    assert path in client.get(f"/reflections/{shared.slug}").text
    for _ in range(5):
        assert post(client, path, reason="It is about me.").status_code == 303
    late = post(client, path, reason="It is about my aunt.")
    assert late.status_code == 422
    assert "It is about my aunt." in late.text
    # Its writer organises too, and hears nothing.
    assert told() == [olu.email]
    assert db.session.query(Report).count() == 5


def test_taking_words_down_settles_what_was_reported_of_them_until_that_is_undone(
    talk: Conversation, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    shared = reflection(talk.participations[1], published_at=clock())
    post(client, f"/reflections/{shared.slug}/report", reason="It is about me.")
    sign_in(client, olu)
    take_down = f"/organise/unmentoring/reflections/{shared.id}/take-down"
    assert take_down in client.get(PAGE).text
    post(client, take_down, why="names")
    assert db.session.scalars(select(Report.outcome)).all() == ["down"]
    assert client.get(f"/reflections/{shared.slug}/report").status_code == 404
    db.session.refresh(shared)
    assert undo(shared, clock())
    assert db.session.scalars(select(Report.outcome)).all() == [""]


def test_of_organisers_who_settle_a_report_at_once_one_does(talk: Conversation, app: Flask, clock: Clock) -> None:
    number = reported(talk, clock).id

    def settle_it(_: int) -> bool:
        with app.app_context(), transaction():
            return settle(db.session.get_one(Report, number), "done", clock())

    db.session.commit()
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(settle_it, range(4))).count(True) == 1


def test_a_report_outlives_its_writer_until_it_is_settled(talk: Conversation, clock: Clock) -> None:
    report = reported(talk, clock)
    leave(talk.participations[0].person, 1, clock())
    forget(clock())
    assert db.session.query(Report).count() == 1
    settle(report, "done", clock())
    forget(clock())
    assert db.session.query(Report).count() == 0


def test_no_report_is_kept_for_more_than_a_year(talk: Conversation, clock: Clock) -> None:
    reported(talk, clock)
    forget(clock() + timedelta(days=366))
    assert db.session.query(Report).count() == 0


def test_what_somebody_reported_is_theirs_to_read(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    reported(talk, clock)
    sign_in(client, talk.participations[0].person)
    assert [each["reason"] for each in client.get("/me/data.json").json["reports"]] == [WORDS]


def test_organisers_of_another_programme_see_nothing(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    report = reported(talk, clock)
    sign_in(client, organiser(programme("Elsewhere"), "Eve"))
    assert "shouted" not in client.get("/organise/elsewhere/reports").text
    assert post(client, f"/organise/elsewhere/reports/{report.id}/done").status_code == 404


@pytest.mark.thorough
def test_many_reports_ask_the_database_no_more_than_few(
    ours: Programme, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    def asked() -> int:
        statements: list[object] = []
        event.listen(db.engine, "before_cursor_execute", note := lambda *seen: statements.append(seen[2]))
        assert client.get(PAGE).status_code == 200
        event.remove(db.engine, "before_cursor_execute", note)
        return len(statements)

    def some(number: int) -> None:
        ada, ben = person(f"Ada {number}"), person(f"Ben {number}")
        for outcome in ("", "done"):
            report_conversation(conversation(ours, ada, ben).participations[0], WORDS, ("", ""), clock())
            if outcome:
                settle(db.session.scalars(select(Report).order_by(Report.id.desc())).first(), outcome, clock())
        keep_apart(ada, ben, ours, 1, clock())
        db.session.commit()

    sign_in(client, olu)
    some(0)
    few = asked()
    for number in range(1, 4):
        some(number)
    assert asked() == few
