import pytest
from cast import START, conversation, member, person, programme, reflection, sign_in
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.impact.figures import Share


def test_the_first_page_works_before_anything_is_there(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Nobody has shared anything yet" in page.text
    assert "Next draw" not in page.text
    assert "Is it working?" not in page.text


def test_the_first_page_names_the_soonest_draw_and_who_is_in(client: FlaskClient) -> None:
    soon = programme(every="weekly", weekday=1)
    programme("Later")
    member(person(organisation="Devon"), soon)
    member(person("Ben", organisation="Leeds"), soon)
    assert "Next draw: Tuesday 24 November, 9am. 2 people from 2 organisations are in." in client.get("/").text


def test_the_first_page_shows_the_newest_five(client: FlaskClient) -> None:
    ada, ben = person(), person("Ben Price")
    talk = conversation(programme(), ada, ben)
    reflection(talk.participations[0], "The older one.")
    reflection(talk.participations[1], "The newer one.", published_at=START.replace(day=2))
    page = client.get("/").text
    assert page.index("The newer one.") < page.index("The older one.")


def talked(answers: list[int]) -> None:
    ours = programme()
    for number, answer in enumerate(answers):
        ada, ben = person(f"Ada {number}", organisation="Devon"), person(f"Ben {number}", organisation="Leeds")
        talk = conversation(ours, ada, ben, state="met", starts_at=START)
        talk.participations[0].challenged = answer
    db.session.commit()


def test_figures_say_what_they_count_since_when_and_how_sure_we_are(client: FlaskClient) -> None:
    talked([4, 5, 4, 4, 5, 4, 5, 4, 3, 1])
    page = client.get("/").text
    assert "<b>10</b><span>conversations that took place since Sunday 1 November" in page
    assert "<b>2</b><span>organisations whose people talked" in page
    # What they say of it is in the edition of the month, and not a moment sooner.
    assert "%</b>" not in page


@pytest.mark.parametrize(("said", "answers"), [(0, 10), (10, 10), (64, 100)])
def test_the_likely_share_surrounds_the_share_and_stays_a_share(said: int, answers: int) -> None:
    share = Share(said, answers)
    low, high = share.likely
    assert 0 <= low <= share.percent <= high <= 100
    assert low < high


def test_somebody_signed_in_is_led_to_their_own_page(client: FlaskClient) -> None:
    sign_in(client, person())
    page = client.get("/").text
    assert 'class="button" href="/me"' in page
    assert "Join the next round" not in page


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("path", "words"),
    [("/about", "Nesta"), ("/privacy", "unmentoring@localhost"), ("/accessibility", "2.2")],
)
def test_notices_say_what_they_must(client: FlaskClient, path: str, words: str) -> None:
    assert words in client.get(path).text


def test_a_browser_speaks_the_language_its_reader_chose(client: FlaskClient) -> None:
    answer = client.get("/language?lang=cy&next=/about?x=1")
    assert (answer.status_code, answer.location) == (303, "/about?x=1")
    assert '<html lang="cy">' in client.get("/about", headers={"Accept-Language": "en"}).text


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x", ""]
)
def test_choosing_a_language_leads_nowhere_else(client: FlaskClient, elsewhere: str) -> None:
    assert client.get("/language", query_string={"lang": "cy", "next": elsewhere}).location == "/"


def test_a_language_we_do_not_speak_is_not_chosen(client: FlaskClient) -> None:
    client.get("/language?lang=xx")
    assert '<html lang="en">' in client.get("/about").text


def test_a_demonstration_says_so_and_how_to_start_empty(client: FlaskClient) -> None:
    programme(demo=True)
    page = client.get("/").text
    assert "nobody here is real" in page
    assert "Start empty" in page
    assert "/dev/mail" in page


def test_a_real_programme_is_no_demonstration(client: FlaskClient) -> None:
    programme()
    assert "nobody here is real" not in client.get("/").text


def test_robots_are_asked_to_leave_peoples_own_pages_alone(client: FlaskClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /c/", "Disallow: /me", "Disallow: /organise", "Disallow: /dev"} <= set(lines)


def test_a_browser_that_guesses_finds_the_icon(client: FlaskClient) -> None:
    with client.get(client.get("/favicon.ico").location) as icon:
        assert icon.content_type.startswith("image/svg+xml")


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "item",
    [
        "the website at http://127.0.0.1:8000",  # scope
        "partially compliant with the Web Content Accessibility Guidelines (WCAG) version 2.2",
        "Not compliant with the accessibility regulations",
        "Disproportionate burden",
        "Outside the accessibility regulations",
        "prepared on 24 November 2026 and last reviewed on 24 November 2026",
        "We tested the website ourselves",  # the method
        "mailto:unmentoring@localhost",  # feedback and contact
        "We answer within ten working days",
        "The Equality and Human Rights Commission (EHRC) enforces the Public Sector Bodies",
        "(Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018",
        "https://www.equalityadvisoryservice.com/",
        "https://www.equalityni.org/",
    ],
)
def test_the_accessibility_statement_has_every_item_of_the_regulations(client: FlaskClient, item: str) -> None:
    assert item in client.get("/accessibility").text
