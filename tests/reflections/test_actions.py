import pytest
from cast import START, conversation, person, programme, reflection
from flask import Flask

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.reflections import slugs
from unmentor.reflections.actions import publish, return_, share
from unmentor.reflections.forms import Draft, topic_names
from unmentor.reflections.models import Reflection, Topic
from unmentor.reflections.queries import pending, pending_reflection


def waiting(text: str = "It waits for a yes.", number: int = 1) -> Reflection:
    ours = programme(f"Programme {number}")
    talk = conversation(ours, person(f"Ada {number}"), person(f"Ben {number}"), uid=str(number))
    return reflection(talk.participations[0], text, state="pending", published_at=None, slug=f"waiting-{number}")


def test_the_same_first_words_get_addresses_of_their_own(app: Flask) -> None:
    talk = conversation(programme(moderation="none"), person("Ada"), person("Ben"), person("Cai"))
    shared = [share(part, Draft("We are *all* curious."), START).slug for part in talk.participations]
    assert shared == ["we-are-all-curious", "we-are-all-curious-2", "we-are-all-curious-3"]


def test_two_who_take_the_same_address_at_once_both_get_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = conversation(programme(moderation="none"), person("Ada"), person("Ben"))
    share(talk.participations[0], Draft("We are all curious."), START)
    db.session.commit()
    # What both read as free, the other has taken by the time we write.
    free = iter(["we-are-all-curious", "we-are-all-curious-2"])
    monkeypatch.setattr(slugs, "_free", lambda _base: next(free))
    second = share(talk.participations[1], Draft("We are all curious.", ("data",)), START)
    db.session.commit()
    assert (second.slug, [topic.name for topic in second.topics]) == ("we-are-all-curious-2", ["data"])


def test_two_who_name_a_new_topic_at_once_name_the_same(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = conversation(programme(moderation="none"), person("Ada"), person("Ben"))
    db.session.add(Topic(slug="data", name="data"))
    db.session.commit()
    known, scalar = iter([None]), db.session.scalar
    blind = lambda query: next(known) if "FROM topic" in str(query) else scalar(query)  # noqa: E731 - one use
    monkeypatch.setattr(db.session, "scalar", blind)
    assert [topic.slug for topic in share(talk.participations[0], Draft("About data.", ("Data",)), START).topics] == [
        "data"
    ]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Don’t ask; it's “fine”.", "dont-ask-its-fine"),
        ("Mae’r tŷ yn oer", "maer-ty-yn-oer"),
        ("🎉🎉🎉 🎉🎉🎉 🎉🎉🎉", "reflection"),
        ("word " * 30, "-".join(["word"] * 12)),
        ("x" * 500, "x" * 60),
        ("<script>alert(1)</script>", "script-alert-1-script"),
    ],
)
def test_an_address_is_made_of_the_first_words(text: str, slug: str) -> None:
    assert slugs.first_words(text) == slug


def test_topics_keep_their_order_and_first_spelling() -> None:
    assert topic_names("Plain English, data,, plain-english , DATA,Ŵy") == ("Plain English", "data", "Ŵy")


def test_what_is_published_twice_is_told_of_once(app: Flask) -> None:
    one = waiting()
    assert [publish(one, START), publish(one, START)] == [True, False]
    db.session.commit()
    assert (one.state, one.published_at) == ("published", START)
    told = db.session.scalars(db.select(Message.recipient).where(Message.kind == "reflection-published")).all()
    assert sorted(told) == [each.person.email for each in one.participation.conversation.participations]


def test_what_was_returned_can_be_written_again_and_published(app: Flask) -> None:
    one = waiting()
    assert return_(one, "Leave the name out.", START) is True
    assert (one.state, one.note) == ("returned", "Leave the name out.")
    assert publish(one, START) is False
    again = share(one.participation, Draft("Now without a name."), START)
    assert (again.id, again.state, again.note) == (one.id, "pending", "")
    assert publish(again, START) is True


def test_who_has_left_is_written_no_mail(app: Flask) -> None:
    one = waiting()
    one.person.email, one.person.left_at = None, START
    assert publish(one, START) is True
    assert [each.recipient for each in db.session.query(Message)] == ["ben-1@example.gov.uk"]


def test_an_organiser_sees_what_waits_in_their_own_programme_longest_first(app: Flask) -> None:
    one, other = waiting(number=1), waiting(number=2)
    assert pending(one.programme, 1).items == [one]
    assert pending_reflection(one.programme, one.id) is one
    assert pending_reflection(one.programme, other.id) is None
    publish(one, START)
    assert pending(one.programme, 1).items == []
