from datetime import timedelta

from cast import START, conversation, person, programme
from conftest import Clock
from flask import Flask

from unmentor.conversations.due import ask_how_it_was
from unmentor.conversations.queries import past, upcoming
from unmentor.db import db
from unmentor.mail.models import Message


def asked() -> list[str]:
    return sorted(mail.recipient for mail in db.session.query(Message).filter_by(kind="how-was-it"))


def test_nobody_is_asked_before_the_end(app: Flask, clock: Clock) -> None:
    talk = conversation(programme(), person("Ada"), person("Ben"))
    clock.moment = talk.starts_at + timedelta(minutes=29)
    assert ask_how_it_was(clock()) == 0


def test_both_are_asked_once_after_the_end(app: Flask, clock: Clock) -> None:
    talk = conversation(programme(), person("Ada"), person("Ben"))
    clock.moment = talk.ends_at
    assert ask_how_it_was(clock()) == 2
    assert ask_how_it_was(clock()) == 0
    assert asked() == ["ada@example.gov.uk", "ben@example.gov.uk"]


def test_who_has_said_how_it_went_is_not_asked(app: Flask, clock: Clock) -> None:
    talk = conversation(programme(), person("Ada"), person("Ben"))
    talk.participations[0].answered_at = START
    clock.moment = talk.ends_at
    ask_how_it_was(clock())
    assert asked() == ["ben@example.gov.uk"]


def test_nobody_is_asked_about_a_conversation_that_was_called_off(app: Flask, clock: Clock) -> None:
    talk = conversation(programme(), person("Ada"), person("Ben"), state="cancelled")
    clock.moment = talk.ends_at
    assert ask_how_it_was(clock()) == 0


def test_after_long_silence_of_the_service_nobody_is_asked_about_old_times(app: Flask, clock: Clock) -> None:
    talk = conversation(programme(), person("Ada"), person("Ben"))
    clock.moment = talk.ends_at + timedelta(days=10)
    assert ask_how_it_was(clock()) == 0


def test_conversations_are_before_or_behind_a_person(app: Flask, clock: Clock) -> None:
    ada = person("Ada")
    talk = conversation(programme(), ada, person("Ben"))
    clock.moment = talk.starts_at
    assert ([each.conversation for each in upcoming(ada, clock())], past(ada, clock())) == ([talk], [])
    clock.moment = talk.ends_at
    assert (upcoming(ada, clock()), [each.conversation for each in past(ada, clock())]) == ([], [talk])
