import re
from typing import Any

import pytest
from cast import conversation, mailed, path_in, person, post, programme, reflection
from flask.testing import FlaskClient

from unmentor.conversations.mails import key
from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.reflections.actions import publish, return_
from unmentor.reflections.models import Reflection
from unmentor.runtime import now

WORDS = "I will answer the phone myself."


def part(**rules: Any) -> Participation:
    sian = person("Siân Ŵyn", email="sian@example.gov.uk", organisation="Gwynedd")
    return conversation(programme(**rules), sian, person("Ben Price")).participations[0]


def path(part: Participation, then: str = "") -> str:
    return f"/c/{key(part)}/reflection{then}"


def said(**given: str) -> dict[str, str]:
    return {"text": WORDS, "topics": "", "link": "", "attribution": "name"} | given


def only() -> Reflection:
    db.session.expire_all()
    return db.session.query(Reflection).one()


def test_what_is_shared_is_public_at_its_own_address_and_in_the_feeds(client: FlaskClient) -> None:
    answer = post(client, path(part(moderation="none")), **said(topics="housing"))
    assert answer.status_code == 303
    assert "Siân Ŵyn, Gwynedd" in client.get("/reflections/i-will-answer-the-phone-myself").text
    for page in ("/", "/reflections", "/topics/housing", "/reflections.atom", "/reflections.rss", "/reflections.json"):
        assert WORDS in client.get(page).text, page


def test_words_are_in_the_language_of_their_writer_unless_they_say_otherwise(client: FlaskClient) -> None:
    mine = part(moderation="none")
    mine.person.language = "cy"
    db.session.commit()
    assert '<option selected value="cy">Cymraeg' in client.get(path(mine)).text
    post(client, path(mine), **said())
    assert only().language == "cy"
    assert '<blockquote lang="cy">' in client.get("/reflections?language=cy").text
    post(client, path(mine), **said(language="en", over=only().version))
    assert only().language == "en"
    # It stays what they said when they change something else.
    assert '<option selected value="en">English' in client.get(f"{path(mine)}?change").text
    assert post(client, path(mine), **said(language="xx", over=only().version)).status_code == 422
    assert WORDS not in client.get("/reflections?language=cy").text


def test_the_thanks_say_that_it_is_public_or_that_somebody_reads_it_first(client: FlaskClient) -> None:
    quick = part(moderation="none")
    assert "It is public now" in client.get(post(client, path(quick), **said()).location).text
    slow = conversation(programme("Slow", moderation="all"), quick.person, person("Cai"), uid="2").participations[0]
    assert "An organiser reads it first" in client.get(post(client, path(slow), **said()).location).text


def test_nobody_else_sees_what_is_pending(client: FlaskClient) -> None:
    post(client, path(part(moderation="all")), **said(topics="housing"))
    assert only().state == "pending"
    for page in ("/", "/reflections", "/reflections.atom", "/reflections.rss", "/reflections.json", "/reflections?q=I"):
        assert WORDS not in client.get(page).text, page
    for page in (f"/reflections/{only().slug}", "/topics/housing", "/topics/housing.atom"):
        assert client.get(page).status_code == 404, page
    assert "housing" not in client.get("/reflections").text


def test_only_the_first_of_a_person_waits_where_the_programme_says_first(client: FlaskClient) -> None:
    first = part(moderation="first")
    post(client, path(first), **said())
    assert only().state == "pending"
    publish(only(), now())
    db.session.commit()
    second = conversation(first.conversation.round.programme, first.person, person("Cai")).participations[0]
    post(client, path(second), **said())
    assert {each.state for each in db.session.query(Reflection)} == {"published"}


def test_whose_name_goes_public_at_once_hears_of_it_and_can_take_it_back(client: FlaskClient) -> None:
    post(client, path(part(moderation="none")), **said())
    letter = mailed("sian@example.gov.uk", "reflection-published")
    assert WORDS in letter
    assert client.get(path_in(letter, "/reflections")).status_code == 200
    post(client, path_in(letter, "/c"))
    assert only().state == "withdrawn"


def test_writing_again_while_it_waits_replaces_the_words_and_the_address(client: FlaskClient) -> None:
    mine = part(moderation="all")
    post(client, path(mine), **said(text="Marek Nowak told me all about it."))
    page = client.get(path(mine))
    assert "Marek Nowak told me all about it." in page.text
    post(client, path(mine), **said(text="Somebody told me all about it."))
    assert (only().text, only().slug) == ("Somebody told me all about it.", "somebody-told-me-all-about-it")


def test_taking_it_back_asks_once_and_then_forgets_the_words(client: FlaskClient) -> None:
    mine = part(moderation="none")
    post(client, path(mine), **said(topics="housing", link="https://example.org/post"))
    assert "Take it back?" in client.get(path(mine, "/withdraw")).text
    assert only().state == "published"
    assert post(client, path(mine, "/withdraw")).status_code == 303
    gone = only()
    assert (gone.state, gone.text, gone.link, gone.topics) == ("withdrawn", "", "", [])
    page = client.get(f"/reflections/{gone.slug}")
    assert page.status_code == 410
    assert "took this back" in page.text
    assert WORDS not in client.get("/reflections.atom").text


def test_taking_it_back_needs_the_token_of_the_form(client: FlaskClient) -> None:
    mine = part(moderation="none")
    post(client, path(mine), **said())
    assert client.post(path(mine, "/withdraw")).status_code == 422
    assert only().state == "published"


def test_after_taking_it_back_something_new_can_be_written(client: FlaskClient) -> None:
    mine = part(moderation="none")
    post(client, path(mine), **said())
    post(client, path(mine, "/withdraw"))
    post(client, path(mine), **said(text="Better words this time."))
    assert client.get("/reflections/better-words-this-time").status_code == 200


def test_what_was_never_public_leaves_no_trace_when_it_is_taken_back(client: FlaskClient) -> None:
    mine = part(moderation="all")
    post(client, path(mine), **said())
    slug = only().slug
    post(client, path(mine, "/withdraw"))
    assert client.get(f"/reflections/{slug}").status_code == 404


def test_there_is_nothing_to_thank_for_or_take_back_before_something_is_written(client: FlaskClient) -> None:
    mine = part()
    assert client.get(path(mine, "/thanks")).location == path(mine)
    assert client.get(path(mine, "/withdraw")).location == path(mine)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"text": "Too short"}, "Write at least a few words, or skip this part"),
        ({"text": "  \n \u202e\u200b  "}, "Write at least a few words, or skip this part"),
        ({"text": "x" * 2001}, "Shorten this to 2000 characters. It has 2001 now"),
        ({"topics": "one, two, three, four, five, six"}, "Choose at most 5 topics. There are 6 now"),
        ({"topics": "x" * 41}, "or put commas between topics"),
        ({"topics": "🎉"}, "Use letters or numbers for the topic “🎉”"),
        ({"link": "javascript:alert(1)"}, "Copy the whole address of the post"),
        ({"link": "data:text/html,hello"}, "Copy the whole address of the post"),
        ({"link": "https://"}, "Copy the whole address of the post"),
        ({"link": "http://[::1"}, "Copy the whole address of the post"),
        ({"link": "https://example.org/a b"}, "Copy the whole address of the post"),
        ({"link": "https://example.org/" + "x" * 500}, "Shorten this to 500 characters"),
        ({"attribution": "my boss"}, "Choose how we name you"),
    ],
)
def test_what_cannot_be_shared_comes_back_as_typed(client: FlaskClient, wrong: dict[str, str], message: str) -> None:
    typed = said(topics="plain English", link="https://example.org/kept") | wrong
    page = post(client, path(part()), **typed)
    assert page.status_code == 422
    assert message in page.text
    assert 'class="summary"' in page.text
    assert next(value for name, value in typed.items() if name not in {*wrong, "attribution"}) in page.text
    assert db.session.query(Reflection).count() == 0


def test_2000_characters_and_five_topics_are_welcome(client: FlaskClient) -> None:
    typed = said(text="x" * 2000, topics="one, two, three, four, " + "y" * 40)
    assert post(client, path(part()), **typed).status_code == 303
    assert (len(only().text), len(only().topics)) == (2000, 5)


def test_a_topic_typed_differently_is_the_same_topic(client: FlaskClient) -> None:
    reflection(part(), topics="plain-English")
    other = conversation(programme("Other", moderation="none"), person("Cai"), person("Dai"), uid="2").participations[0]
    post(client, path(other), **said(topics="Plain English,  plain english , PLAIN-ENGLISH, new"))
    newest = db.session.query(Reflection).order_by(Reflection.id.desc()).first()
    assert [topic.name for topic in newest.topics] == ["new", "plain-English"]


def test_the_form_shows_how_each_byline_would_read_and_what_others_wrote_about(client: FlaskClient) -> None:
    mine = part()
    reflection(mine.conversation.participations[1], topics="libraries")
    page = client.get(path(mine)).text
    for line in ("Siân Ŵyn, Gwynedd", "Siân, Gwynedd", "Someone at Gwynedd", "Someone", "libraries"):
        assert line in page


def test_bylines_that_read_the_same_are_offered_once(client: FlaskClient) -> None:
    cai = person("Cai", organisation="")
    mine = conversation(programme(moderation="none"), cai, person("Dai")).participations[0]
    assert client.get(path(mine)).text.count('type="radio"') == 2
    # Another program may still name any of the four.
    assert post(client, path(mine), **said(attribution="organisation")).status_code == 303


@pytest.mark.one_engine
@pytest.mark.parametrize("then", ["", "/thanks", "/withdraw"])
def test_a_token_that_is_not_ours_leads_nowhere(client: FlaskClient, then: str) -> None:
    assert client.get(f"/c/{key(part())}x/reflection{then}").status_code == 404


@pytest.mark.one_engine
@pytest.mark.parametrize("then", ["", "/thanks", "/withdraw"])
def test_nothing_can_be_written_of_a_cancelled_conversation_or_by_who_has_left(client: FlaskClient, then: str) -> None:
    mine = part()
    mine.conversation.state = "cancelled"
    db.session.commit()
    assert client.get(path(mine, then)).status_code == 410
    mine.conversation.state, mine.person.left_at = "met", mine.person.joined_at
    db.session.commit()
    assert client.get(path(mine, then)).status_code == 410


def test_reading_a_page_changes_nothing(client: FlaskClient) -> None:
    mine = part(moderation="none")
    post(client, path(mine), **said())
    for then in ("", "/thanks", "/withdraw"):
        client.get(path(mine, then))
    assert only().state == "published"


def test_the_writer_is_told_by_mail_what_became_of_it(client: FlaskClient) -> None:
    mine = part(moderation="all")
    post(client, path(mine), **said())
    assert return_(only(), "It names somebody.", now()) is True
    db.session.commit()
    letter = mailed("sian@example.gov.uk", "reflection-returned")
    assert "It names somebody." in letter
    assert "It names somebody." in client.get(path_in(letter, "/c")).text
    post(client, path(mine), **said())
    assert publish(only(), now()) is True
    db.session.commit()
    assert client.get(path_in(mailed("sian@example.gov.uk", "reflection-published"), "/reflections")).status_code == 200


def test_topics_are_there_to_select_the_most_used_first_and_what_is_typed_comes_on_top(client: FlaskClient) -> None:
    mine = part(moderation="none")
    for number, topics in enumerate(("libraries", "roads libraries", "plain-English roads libraries")):
        talk = conversation(mine.conversation.round.programme, person(f"Cai {number}"))
        reflection(talk.participations[0], f"Words {number}.", topics)
    offered = re.findall(r'name="tapped" type="checkbox" value="([^"]+)"', client.get(path(mine)).text)
    assert offered == ["libraries", "roads", "plain-English"]
    post(client, path(mine), **said(topics="Plain English, housing", tapped=["roads", "plain-English"]))
    newest = db.session.query(Reflection).order_by(Reflection.id.desc()).first()
    assert [topic.name for topic in newest.topics] == ["housing", "plain-English", "roads"]


def test_what_was_selected_stays_selected_and_counts_among_the_five(client: FlaskClient) -> None:
    mine = part(moderation="all")
    reflection(mine.conversation.participations[1], topics="libraries")
    page = post(client, path(mine), **said(topics="a, b, c, d, e", tapped=["libraries"]))
    assert "Choose at most 5 topics. There are 6 now" in page.text
    assert re.search(r'<input checked [^>]*value="libraries"', page.text)
    post(client, path(mine), **said(topics="a, b", tapped=["libraries"]))
    again = client.get(path(mine)).text
    assert re.search(r'<input checked [^>]*value="libraries"', again)
    assert 'value="a, b"' in again


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("moderation", "before", "words", "unread"),
    [
        ("none", "", "It is public as soon as you share it, and on its way", ["first-name", "organisation"]),
        ("all", "name", "An organiser reads it first. We write to you", []),
        ("first", "", "An organiser reads it first. We write to you", []),
        # Whose first name alone was never public is read first with that name, and with no other.
        ("first", "name", "It is public as soon as you share it, unless a line under the name says", ["organisation"]),
    ],
)
def test_what_happens_next_is_said_before_it_is_sent(
    client: FlaskClient, moderation: str, before: str, words: str, unread: list[str]
) -> None:
    mine = part(moderation=moderation)
    if before:
        ours = mine.conversation.round.programme
        reflection(conversation(ours, mine.person, person("Cai")).participations[0], attribution=before)
    page = client.get(path(mine)).text
    assert words in page
    assert page.count("New under your words") == len(before and unread)
    for attribution in ("first-name", "organisation"):
        post(client, path(mine), **said(attribution=attribution))
        db.session.expire_all()
        written = db.session.query(Reflection).filter_by(participation_id=mine.id).one()
        assert (written.state == "published") == (attribution in unread)
        db.session.delete(written)
        db.session.commit()


def test_the_limit_is_said_where_no_script_counts(client: FlaskClient) -> None:
    page = client.get(path(part())).text
    assert "Up to 2,000 characters." in page
    assert 'data-writing="2000"' in page
