"""Organisations with other names: no strangers meet who are none, and no figure counts one twice."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from cast import member, organiser, person, post, programme, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from unmentor.audit.models import AuditEvent
from unmentor.db import db, transaction
from unmentor.impact.figures import figures
from unmentor.people.models import OtherName, Person
from unmentor.people.organisations import call, in_use, name_of, take_apart
from unmentor.privacy.export import exported
from unmentor.privacy.leave import leave
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import taking_part
from unmentor.rounds.actions import draw_round

PAGE, APART = "/organise/unmentoring/organisations", "/organise/unmentoring/organisations/apart"
SHORT, LONG = "Devon CC", "Devon County Council"


@pytest.fixture
def ours(app: Flask, client: FlaskClient) -> Programme:
    ours = programme(same_organisation="forbid")
    olu = organiser(ours)
    olu.organisation = ""
    sign_in(client, olu)
    return ours


def joined(ours: Programme, name: str, organisation: str) -> Person:
    someone: Person = person(name, organisation=organisation)
    member(someone, ours)
    return someone


def names() -> dict[str, str]:
    db.session.flush()
    db.session.expire_all()
    return dict(db.session.execute(select(OtherName.spelling, OtherName.name)).all())


def words(client: FlaskClient) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(PAGE).text).split())


def test_two_names_of_one_organisation_are_suggested_and_one_press_makes_them_one(
    ours: Programme, client: FlaskClient
) -> None:
    ada, ben = joined(ours, "Ada", SHORT), joined(ours, "Ben", LONG)
    joined(ours, "Cat", LONG.upper())
    assert f"“{SHORT}”: the same as “{LONG}”?" in words(client)
    assert post(client, PAGE, spelling=SHORT, name=LONG).location == PAGE
    db.session.expire_all()
    assert (ada.organisation, ben.organisation, ada.told_organisation) == (LONG, LONG, SHORT)
    assert f"“{SHORT}” (1)" in words(client)
    assert client.get("/organise/unmentoring/people?q=devon+cc").text.count('<th scope="row">') == 1
    assert db.session.scalars(select(AuditEvent.deed)).all() == ["organisation-named"]
    assert "Devon" not in str(db.session.scalars(select(AuditEvent.facts)).all())


def test_a_draw_keeps_them_apart_and_the_figures_count_one(ours: Programme, client: FlaskClient, clock: Clock) -> None:
    for name, place in (("Ada", SHORT), ("Ben", LONG), ("Cat", "Leeds"), ("Dan", "Leeds")):
        joined(ours, name, place)
    before = taking_part(ours, clock().date())
    post(client, PAGE, spelling=SHORT, name=LONG)
    assert (before, taking_part(ours, clock().date())) == ((4, 3), (4, 2))
    talks = draw_round(ours, 7, clock()).conversations
    assert [len({each.organisation for each in talk.people}) for talk in talks] == [2, 2]
    for talk in talks:
        talk.state = "met"
    assert figures().organisations == 2


def test_it_can_be_taken_apart_again(ours: Programme, client: FlaskClient) -> None:
    ada = joined(ours, "Ada", SHORT)
    post(client, PAGE, spelling=SHORT, name=LONG)
    assert post(client, APART, spelling=SHORT).location == PAGE
    db.session.expire_all()
    assert ada.organisation == SHORT
    assert db.session.scalars(select(AuditEvent.deed)).all() == ["organisation-named", "organisation-apart"]


def test_an_organisation_may_be_renamed_and_its_other_names_come_along(ours: Programme, client: FlaskClient) -> None:
    ada, ben = joined(ours, "Ada", SHORT), joined(ours, "Ben", LONG)
    post(client, PAGE, spelling=SHORT, name=LONG)
    post(client, PAGE, spelling=LONG, name="Cyngor Dyfnaint")
    db.session.expire_all()
    assert ada.organisation == ben.organisation == "Cyngor Dyfnaint"
    post(client, PAGE, spelling="Cyngor Dyfnaint", name=SHORT)
    db.session.expire_all()
    assert ada.organisation == ben.organisation == SHORT


def test_one_of_several_names_goes_alone(app: Flask) -> None:
    call(SHORT, LONG)
    call("DCC", LONG)
    call("DCC", "Durham City Council")
    assert names() == {"devon cc": LONG, "dcc": "Durham City Council"}


def test_a_name_that_goes_by_another_leads_there(app: Flask) -> None:
    call(SHORT, LONG)
    assert call("DCC", SHORT) is True
    assert name_of("dcc") == LONG
    assert call("DCC", LONG) is False


def test_a_spelling_may_be_put_right_for_everybody(app: Flask) -> None:
    ada = person("Ada", organisation="devon")
    assert call("devon", "Devon") is True
    db.session.expire_all()
    assert ada.organisation == "Devon"
    assert call("Devon", "Devon") is False


def test_accents_in_capitals_are_the_same_letters(app: Flask) -> None:
    ada = person("Ada", organisation="Ŵyn A'R ÔL")
    call("ŵyn a'r ôl", "Gwynedd")
    db.session.expire_all()
    assert ada.organisation == "Gwynedd"


def test_two_who_name_each_other_at_once_leave_no_circle(app: Flask, ours: Programme) -> None:
    joined(ours, "Ada", SHORT)
    joined(ours, "Ben", LONG)
    olu = db.session.scalars(select(Person).where(Person.name == "Olu Organiser")).one()
    clients = [app.test_client() for _ in range(2)]
    for each in clients:
        sign_in(each, olu)
    asks = [{"spelling": SHORT, "name": LONG}, {"spelling": LONG, "name": SHORT}]

    def press(number: int) -> int:
        with app.app_context():
            return int(post(clients[number], PAGE, **asks[number]).status_code)

    db.session.commit()
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(press, range(2)))
    assert answers == [303, 303]
    db.session.expire_all()
    assert len({each.organisation for each in db.session.scalars(select(Person)) if each.organisation}) == 1


def test_only_a_name_that_somebody_here_uses_can_be_changed(ours: Programme, client: FlaskClient) -> None:
    elsewhere = programme("Elsewhere")
    joined(elsewhere, "Eve", "Secret Service")
    asked = joined(ours, "Fay", "Told of her")
    db.session.execute(db.update(Person).where(Person.id == asked.id).values(confirmed_at=None))
    for spelling in ("Secret Service", "Nowhere"):
        answer = post(client, PAGE, spelling=spelling, name="x")
        assert (answer.status_code, "Nobody in UnMentoring is from there" in answer.text) == (422, True)
    call("Secret Service", "MI5")
    db.session.commit()
    post(client, APART, spelling="Secret Service")
    assert names() == {"secret service": "MI5"}
    assert "Secret" not in client.get(PAGE).text


def test_who_has_not_said_yes_is_not_among_them(ours: Programme, client: FlaskClient) -> None:
    someone = person("Gil", organisation="Told elsewhere")
    member(someone, ours, invited=True)
    assert "Told elsewhere" not in client.get(PAGE).text


@pytest.mark.one_engine
@pytest.mark.parametrize("name", ["", "https://bad.example", "www.bad.example", "12", "x" * 101])
def test_what_is_no_name_is_refused(ours: Programme, client: FlaskClient, name: str) -> None:
    joined(ours, "Ada", SHORT)
    assert post(client, PAGE, spelling=SHORT, name=name).status_code == 422
    assert names() == {}


def test_a_forged_press_changes_nothing(ours: Programme, client: FlaskClient) -> None:
    joined(ours, "Ada", SHORT)
    assert client.post(PAGE, data={"spelling": SHORT, "name": LONG}).status_code == 422
    call(SHORT, LONG)
    assert client.post(APART, data={"spelling": SHORT}).status_code == 422
    assert names() == {"devon cc": LONG}


def test_a_person_still_sees_and_saves_what_they_wrote(
    ours: Programme, client: FlaskClient, app: Flask, clock: Clock
) -> None:
    ada, browser = joined(ours, "Ada", SHORT), app.test_client()
    call(SHORT, LONG)
    sign_in(browser, ada)
    assert f'value="{SHORT}"' in browser.get("/me/profile").text
    post(browser, "/me/profile", name="Ada", phone="01632 960002", organisation=SHORT, language="en")
    db.session.expire_all()
    assert (ada.told_organisation, ada.organisation) == (SHORT, LONG)
    assert exported(ada, clock())["person"]["organisation_as_you_wrote_it"] == SHORT
    ada.organisation = "Leeds"
    assert ada.organisation == "Leeds", "at once, not only once it is read anew"


def test_other_names_go_with_the_last_who_was_from_there(ours: Programme, clock: Clock) -> None:
    ada, ben = joined(ours, "Ada", SHORT), joined(ours, "Ben", LONG)
    call(SHORT, LONG)
    db.session.commit()
    for who, left in ((ada, {"devon cc": LONG}), (ben, {})):
        with transaction():
            leave(who, 7, clock())
        assert names() == left


def test_whoever_joins_is_offered_what_many_wrote_or_organisers_named_and_nothing_else(
    ours: Programme, client: FlaskClient, app: Flask
) -> None:
    for name, place in (("Ada", "Leeds"), ("Ben", "Leeds"), ("Cat", "One Person Ltd"), ("Dan", SHORT), ("Eve", "")):
        joined(ours, name, place)
    for number in range(2):
        person(f"Never confirmed {number}", organisation="Unheard Of", confirmed_at=None)
    call(SHORT, LONG)
    assert in_use() == ["Leeds", LONG]
    db.session.commit()
    stranger = app.test_client()
    with statements() as asked:
        page = stranger.get("/join").text
    assert re.findall(r'<option value="([^"]*)">', page) == ["Leeds", LONG]
    assert "One Person Ltd" not in page
    assert len(asked) < 8


def test_no_more_than_a_hundred_are_offered(app: Flask) -> None:
    for number in range(101):
        for twice in range(2):
            db.session.add(
                Person(email=f"{number}.{twice}@x.example", organisation=f"Council {number:03}", name="x",
                       joined_at=func.now(), confirmed_at=func.now())
            )  # fmt: skip
    assert len(in_use()) == 100


def test_it_is_taken_apart_once(app: Flask) -> None:
    call(SHORT, LONG)
    assert [take_apart(SHORT), take_apart(SHORT)] == [True, False]
