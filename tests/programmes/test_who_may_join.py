"""A programme may ask for an organiser's yes, or for an address at certain domains, before somebody's first draw."""

from typing import Any

import pytest
from cast import START, mailed, member, organiser, path_in, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.actions import enrol
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.rules import domains
from unmentor.rounds.turns import members_in

SIAN = {"name": "Siân Wyn", "phone": "01632 960 002", "agree": "yes", "language": "en"}


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme(approval=True, domains=["gov.uk", "leeds.example"])


def join(client: FlaskClient, email: str) -> Any:
    return post(client, "/join", email=email, **SIAN)


@pytest.mark.one_engine
@pytest.mark.parametrize("email", ["sian@gwynedd.gov.uk", "sian@GOV.UK", "sian@leeds.example", "s@a.leeds.example"])
def test_an_address_at_one_of_its_domains_may_join(client: FlaskClient, ours: Programme, email: str) -> None:
    assert join(client, email).status_code == 303


@pytest.mark.parametrize("email", ["sian@gmail.example", "sian@notleeds.example", "sian@gov.uk.example"])
def test_any_other_is_told_kindly_which_it_is_for(client: FlaskClient, ours: Programme, email: str) -> None:
    page = join(client, email)
    assert page.status_code == 422
    assert "UnMentoring is for people with an address at gov.uk, leeds.example." in page.text
    assert 'href="#email"' in page.text
    assert "People with an address at gov.uk, leeds.example." in client.get("/programmes/unmentoring").text


def test_who_joins_waits_and_no_draw_includes_them_until_an_organiser_says_yes(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    join(client, "sian@gwynedd.gov.uk")
    confirm = path_in(mailed("sian@gwynedd.gov.uk", "confirm"), "/confirm")
    assert "Then an organiser looks" in client.get(confirm).text
    post(client, confirm)
    assert "An organiser looks at who joins, and you hear by email." in client.get("/me").text
    post(client, "/me/resume")
    assert members_in(ours, ours.today(clock())) == []
    assert "has yet to say yes" in client.get("/me").text
    olu = client.application.test_client()
    sign_in(olu, organiser(ours))
    assert "1 person waits for your yes." in olu.get("/organise/unmentoring").text
    page = olu.get("/organise/unmentoring/people?show=waiting").text
    assert "sian@gwynedd.gov.uk" in page
    waiting = db.session.scalars(select(Membership).where(Membership.approved.is_(False))).one()
    yes = f"/organise/unmentoring/people/{waiting.person_id}/approve"
    assert f'action="{yes}"' in page
    assert post(client, yes).status_code == 403
    assert olu.post(yes).status_code == 422
    assert [post(olu, yes).status_code for _ in range(2)] == [303, 422]
    assert [each.person.name for each in members_in(ours, ours.today(clock()))] == ["Siân Wyn"]
    text = mailed("sian@gwynedd.gov.uk", "heads-up")
    assert "You are in UnMentoring." in text
    assert "Monday 7 December, 9am" in text
    assert "has yet to say yes" not in client.get("/me").text


def test_organisers_hear_that_somebody_waits_once_a_day(ours: Programme, clock: Clock) -> None:
    olu = organiser(ours)
    for number in range(3):
        enrol(person(f"Adaeze Nwosu {number}", email=f"a{number}@devon.gov.uk"), ours, clock())
    db.session.commit()
    news = select(func.count(Message.id)).where(Message.recipient == olu.email)
    assert db.session.scalar(news) == 1
    text = mailed(olu.email, "heads-up")
    assert "Somebody waits for your yes in UnMentoring." in text
    assert "/organise/unmentoring/people" in text
    assert "Nwosu" not in text
    clock.advance(days=1, seconds=1)
    enrol(person("Ben", email="ben@devon.gov.uk"), ours, clock())
    assert db.session.scalar(news) == 2


def test_an_organiser_of_another_programme_says_yes_for_nobody_here(client: FlaskClient, ours: Programme) -> None:
    waiting = enrol(person("Ada", email="ada@devon.gov.uk"), ours, START)
    sign_in(client, organiser(programme("Elsewhere")))
    assert post(client, f"/organise/elsewhere/people/{waiting.person_id}/approve").status_code == 410
    assert db.session.get(Membership, waiting.id).approved is False


def test_who_takes_part_elsewhere_waits_too_and_needs_an_address_there(client: FlaskClient, ours: Programme) -> None:
    ada, ben = person("Ada", email="ada@devon.gov.uk"), person("Ben", email="ben@gmail.example")
    for someone, status, approved in ((ada, 303, [False]), (ben, 422, [])):
        sign_in(client, someone)
        answer = post(client, "/me/join", programme="unmentoring")
        assert answer.status_code == status
        mine = select(Membership.approved).where(Membership.person_id == someone.id)
        assert list(db.session.scalars(mine)) == approved
    assert "is for people with an address at gov.uk, leeds.example" in answer.text


def test_who_slips_past_the_domains_waits_and_whom_an_organiser_brings_does_not(ours: Programme) -> None:
    ours.approval = False
    assert enrol(person("Ben", email="ben@gmail.example"), ours, START).approved is False
    assert enrol(person("Cat", email="cat@gmail.example"), ours, START, approved=True).approved is True
    assert enrol(person("Olu", email="olu@gmail.example"), ours, START, role="organiser").approved is True


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", []),
        ("GOV.uk, @a.example", ["a.example", "gov.uk"]),
        ("ŵyn.cymru", ["xn--yn-9ua.cymru"]),
    ],
)
def test_domains_are_read_as_people_write_them(written: str, read: list[str]) -> None:
    assert domains(written) == read


@pytest.mark.parametrize("wrong", ["uk", "devon gov.uk", "-x.uk", "a@b.uk", "x" * 300 + ".uk", "a..uk", "*.gov.uk"])
def test_what_is_no_domain_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"domain|label"):
        domains(wrong)


def test_ten_people_are_the_most_to_avoid_and_the_page_says_so(client: FlaskClient, ours: Programme) -> None:
    ada = person("Ada")
    member(ada, ours)
    sign_in(client, ada)
    for number in range(10):
        assert post(client, "/me/not-with", email=f"p{number}@devon.gov.uk").status_code == 303
    page = post(client, "/me/not-with", email="p10@devon.gov.uk")
    assert page.status_code == 422
    assert "Ten is the most" in page.text
    assert 'href="#email"' in page.text
    assert post(client, "/me/not-with", email="p9@devon.gov.uk").status_code == 303
    assert db.session.get(Person, ada.id) is not None
