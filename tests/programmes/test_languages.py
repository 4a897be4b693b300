import pytest
from cast import conversation, letter_to, member, person, programme, sign_in
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from unmentor.conversations.actions import invitations
from unmentor.conversations.calendar_entry import key
from unmentor.db import db
from unmentor.mail.outbox import queue_all
from unmentor.runtime import now


def rule(app: Flask, written: str) -> Result:
    db.session.commit()
    with app.app_context():
        return app.test_cli_runner().invoke(args=["programme", "set", "unmentoring", written])


@pytest.mark.parametrize(
    ("about", "about_cy", "shown"),
    [
        ("Half an hour.", "Hanner awr.", {"en": 'lang="en">Half', "cy": 'lang="cy">Hanner'}),
        ("Half an hour.", "", {"en": 'lang="en">Half', "cy": 'lang="en">Half'}),
        ("", "Hanner awr.", {"en": 'lang="cy">Hanner', "cy": 'lang="cy">Hanner'}),
    ],
)
def test_a_programme_speaks_its_readers_language_and_says_which_one_it_speaks(
    app: Flask, about: str, about_cy: str, shown: dict[str, str]
) -> None:
    programme()
    for written in (f"about={about}", f"about_cy={about_cy}"):
        assert rule(app, written).exit_code == 0
    for language, said in shown.items():
        page = app.test_client().get("/programmes/unmentoring", headers={"Accept-Language": language}).text
        assert f'<p class="lead" {said}' in page
        assert f'<html lang="{language}">' in page


def test_several_programmes_say_each_in_its_language_what_they_are(client: FlaskClient) -> None:
    programme(about="Half an hour.")
    programme("Cynghorau", about_cy="Hanner awr.")
    page = client.get("/join", headers={"Accept-Language": "en"}).text
    assert '<span lang="en">Half an hour.</span>' in page
    assert '<span lang="cy">Hanner awr.</span>' in page
    ada = person("Ada")
    sign_in(client, ada)
    own = client.get("/me", headers={"Accept-Language": "en"}).text
    assert '<p lang="cy">Hanner awr.</p>' in own


def test_what_somebody_says_of_themself_is_marked_as_their_language(client: FlaskClient) -> None:
    ours = programme()
    ada, sian = person("Ada"), person("Siân", language="cy", about="Cennin.")
    for each in (ada, sian):
        member(each, ours)
    talk = conversation(ours, ada, sian)
    queue_all(invitations([talk]), now())
    assert '<span lang="cy">Cennin.</span>' in client.get(f"/c/{key(talk.participations[0])}").text
    html = letter_to("ada@example.gov.uk", "invitation").get_body(("html",)).get_content()
    assert 'class="wash ink" lang="cy"' in html
