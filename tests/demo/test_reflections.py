from collections import Counter
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from unmentor.db import db
from unmentor.demo.tables import stories
from unmentor.reflections.forms import LONGEST, MOST_TOPICS, topic_names
from unmentor.reflections.models import ATTRIBUTIONS, Reflection


def all_of_them() -> list[Reflection]:
    return list(db.session.scalars(select(Reflection).order_by(Reflection.id)))


def test_thirty_are_shared_and_two_of_them_wait_for_a_look(community: Flask) -> None:
    assert Counter(each.state for each in all_of_them()) == {"published": 28, "pending": 2}


def test_each_is_told_by_somebody_who_was_there(community: Flask) -> None:
    told = {each.text: each for each in all_of_them()}
    for story in stories():
        part = told[story.text].participation
        wanted = part.person.name if story.by else [partner.name for partner in part.partners]
        # Who has left has no name any more.
        assert (story.by or story.met) in wanted or not part.person.name
        assert part.conversation.state == "met"
        assert part.met == "yes"


def test_people_choose_all_four_ways_to_be_named(community: Flask) -> None:
    assert {each.attribution for each in all_of_them()} == set(ATTRIBUTIONS)


def test_two_are_in_welsh_and_some_link_to_more(community: Flask) -> None:
    assert [each.language for each in all_of_them()].count("cy") == 2
    links = [each.link for each in all_of_them() if each.link]
    assert len(links) > 2
    assert all(link.startswith("https://example.org/") for link in links)


def test_the_form_would_have_taken_them(community: Flask) -> None:
    for story in stories():
        assert 10 <= len(story.text) <= LONGEST
        assert story.text == story.text.strip()
        assert 1 <= len(story.topics) <= MOST_TOPICS
        assert topic_names(", ".join(story.topics)) == tuple(story.topics)


def test_they_are_spread_over_months_and_the_newest_is_new(community: Flask) -> None:
    now = community.extensions["clock"]()
    published = sorted(each.published_at for each in all_of_them() if each.published_at)
    assert now - timedelta(days=14) < published[-1] < now
    assert published[0] < now - timedelta(days=120)
    assert len({moment.date() for moment in published}) > 20
    assert all(each.participation.conversation.ends_at < each.written_at < now for each in all_of_them())


def test_whoever_waits_was_never_public_before(community: Flask) -> None:
    writers = Counter(each.person_id for each in all_of_them())
    assert all(writers[each.person_id] == 1 for each in all_of_them() if each.state == "pending")


def test_who_has_left_is_not_named(community: Flask) -> None:
    left = [each for each in all_of_them() if each.person.left_at]
    assert [each.byline for each in left] == ["Someone"]


def test_every_public_page_shows(community: Flask) -> None:
    visitor = community.test_client()
    for each in all_of_them():
        page = visitor.get(f"/reflections/{each.slug}")
        assert page.status_code == (200 if each.state == "published" else 404)
        assert each.state == "pending" or each.text.split("\n")[-1][-30:] in page.get_data(as_text=True)
