from collections import Counter
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from unmentor import all_in_one
from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.impact.compared import ARMS
from unmentor.impact.editions import figures
from unmentor.mail.models import Message
from unmentor.people import phone
from unmentor.people.models import Person
from unmentor.people.queries import person_at
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.draw_inputs import replay
from unmentor.rounds.models import Round


def present() -> list[Person]:
    return list(db.session.scalars(select(Person).where(Person.left_at.is_(None))))


def rounds() -> list[Round]:
    return list(db.session.scalars(select(Round).order_by(Round.number)))


def test_forty_people_from_many_councils_take_part(community: Flask) -> None:
    assert len(present()) == 40
    assert len({each.organisation for each in present()}) > 25
    assert {each.language for each in present()} == {"en", "cy"}


def test_nobody_can_be_reached(community: Flask) -> None:
    drama = ("+447700900", "+441632960")
    for each in present():
        assert each.email.endswith(".example")
        assert each.phone.startswith(drama) if each.phone else each.video
        assert not each.phone or phone.standard(each.phone) == each.phone


def test_everybody_says_something_of_their_own(community: Flask) -> None:
    about = {each.about for each in present()}
    assert len(about) == 40
    assert all(20 < len(words) <= 500 for words in about)


def test_some_have_paused_and_one_has_left(community: Flask) -> None:
    paused = db.session.scalars(select(Membership).where(Membership.state == "paused")).all()
    assert len({each.paused_until for each in paused}) == 2
    gone = db.session.scalars(select(Person).where(Person.left_at.is_not(None))).one()
    assert (gone.name, gone.email, gone.phone, gone.about) == ("", None, "", "")
    assert db.session.scalar(select(Participation.id).where(Participation.person_id == gone.id).limit(1))


def test_the_printed_sign_in_link_is_for_its_organiser(community: Flask) -> None:
    organiser = person_at(all_in_one.ORGANISER)
    assert organiser
    assert db.session.scalar(select(Membership.role).where(Membership.person_id == organiser.id)) == "organiser"


def test_a_year_of_rounds_is_behind_it_and_over(community: Flask) -> None:
    assert [each.number for each in rounds()] == list(range(1, 13))
    now = community.extensions["clock"]()
    for each in rounds():
        assert (each.drawn_at.astimezone(each.programme.zone).weekday(), each.drawn_at.day <= 7) == (0, True)
        assert all(each.sent_at < talk.starts_at and talk.ends_at < now for talk in each.conversations)
    assert [each.state for each in rounds()][:11] == ["closed"] * 11


def test_every_round_can_be_drawn_again_and_proved(community: Flask) -> None:
    assert all(replay(each).proved for each in rounds())


def test_nobody_met_the_same_person_twice(community: Flask) -> None:
    assert not any(each.repeats for each in rounds())
    talks = [frozenset(each.id for each in talk.people) for drawn in rounds() for talk in drawn.conversations]
    assert len(set(talks)) == len(talks)


def test_most_met_some_missed_and_not_all_answered(community: Flask) -> None:
    states = Counter(talk.state for drawn in rounds() for talk in drawn.conversations)
    assert 0.7 < states["met"] / states.total() < 0.95
    assert states["missed"] > 3
    said = Counter(db.session.scalars(select(Participation.challenged)))
    assert all(said[each] for each in (1, 2, 3, 4, 5, None))
    assert set(db.session.scalars(select(Participation.again))) == {True, False, None}


def test_nobody_answers_before_they_talked_or_after_now(community: Flask) -> None:
    now = community.extensions["clock"]()
    answered = db.session.scalars(select(Participation).where(Participation.answered_at.is_not(None))).all()
    assert all(each.conversation.ends_at < each.answered_at <= now for each in answered)


def test_no_mail_of_the_past_is_left(community: Flask) -> None:
    assert db.session.scalar(select(func.count(Message.id))) == 0


def test_it_began_before_its_first_round(community: Flask) -> None:
    programme = db.session.scalars(select(Programme)).one()
    assert programme.demo
    assert programme.starts_on < rounds()[0].drawn_at.date() - timedelta(days=1)


def test_its_figures_are_worth_seeing(community: Flask) -> None:
    told = figures(None, community.extensions["clock"]().replace(day=1))
    assert sum("met" in row for row in told["rounds"]) > 0.8 * len(told["rounds"])
    assert all(told["compared"][question]["arms"] for question in ARMS)
    assert len(told["later"]) >= 3
    assert len(told["network"]) >= 4
    assert {"steps", "largest"} <= told["network"][-1].keys()
