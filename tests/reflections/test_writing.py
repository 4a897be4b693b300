from cast import conversation, person, post, programme
from flask.testing import FlaskClient

from unmentor.conversations.mails import key
from unmentor.conversations.models import Participation


def part(**rules: str) -> Participation:
    ada, ben = person("Siân Ŵyn", organisation="Gwynedd"), person("Ben Price")
    return conversation(programme(**rules), ada, ben).participations[0]


def test_what_is_shared_is_public_at_its_own_address_and_in_the_feed(client: FlaskClient) -> None:
    token = key(part(moderation="none"))
    said = {"text": "I will answer the phone myself.", "topics": "housing", "attribution": "name"}
    assert post(client, f"/c/{token}/reflection", **said).status_code == 303
    page = client.get("/reflections/i-will-answer-the-phone-myself")
    assert "Siân Ŵyn, Gwynedd" in page.text
    assert "answer the phone" in client.get("/reflections").text
    assert "answer the phone" in client.get("/reflections.atom").text
