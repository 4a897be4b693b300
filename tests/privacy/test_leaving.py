from datetime import timedelta
from typing import Any

import pytest
from cast import START, conversation, kept, mailed, member, path_in, person, post, programme, reflection, sign_in
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from unmentor.db import db, transaction
from unmentor.links import sign
from unmentor.mail.models import Message, Stopped
from unmentor.mail.queries import content
from unmentor.people.models import Exclusion, Person, Request
from unmentor.privacy.retention import forget
from unmentor.programmes.models import Membership, Programme
from unmentor.reflections.models import Reflection
from unmentor.rounds.actions import draw_round
from unmentor.rounds.leaving import let_go
from unmentor.rounds.queries import waiting_round
from unmentor.runtime import now

SECRETS = ("siân", "gwynedd.gov.uk", "960123", "sian-on-teams", "leeks", "tue-mid", "ben@elsewhere.uk")


@pytest.fixture
def housing(app: Any) -> Programme:
    return programme("Housing people")


@pytest.fixture
def sian(client: FlaskClient, housing: Programme) -> Person:
    someone = person(
        "Siân Ŵyn", email="sian@gwynedd.gov.uk", phone="+441632960123", video="sian-on-teams", organisation="Gwynedd",
        about="Ask me about leeks", availability=["tue-mid"],
    )  # fmt: skip
    member(someone, housing)
    sign_in(client, someone)
    return someone


def everything() -> str:
    """Return every value in the database, mails decoded."""
    rows = (row for table in db.metadata.sorted_tables for row in db.session.execute(select(table)))
    words = " ".join(str(value) for row in rows for value in row)
    letters = [message_text(content(message)) for message in db.session.scalars(select(Message))]
    return " ".join([words, *letters]).casefold()


def message_text(raw: bytes) -> str:
    from email import message_from_bytes
    from email.policy import default

    mail = message_from_bytes(raw, policy=default)
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return str(mail) + "".join(part.decode() for part in parts if part)


def all_mail_leaves() -> None:
    db.session.execute(update(Message).values(state="sent", sent_at=now()))
    db.session.commit()
    with transaction():
        forget(now())


def test_leaving_asks_once_on_its_own_page_and_says_what_happens(client: FlaskClient, sian: Person) -> None:
    page = client.get("/me/leave").text
    assert "Leave and erase my details" in page
    assert "Pause instead" in page
    assert db.session.get(Person, sian.id).left_at is None


def test_who_leaves_is_nowhere_in_the_database(client: FlaskClient, sian: Person, housing: Programme) -> None:
    ben = person("Ben Price")
    past = conversation(housing, sian, ben, starts_at=START, state="met")
    ahead = conversation(housing, sian, ben, starts_at=now() + timedelta(days=3))
    reflection(past.participations[0], text="Public", note="Siân, thank you")
    reflection(ahead.participations[0], text="Leeks in private", state="pending", published_at=None)
    post(client, "/me/not-with", email="ben@elsewhere.uk")
    post(client.application.test_client(), "/sign-in", email="sian@gwynedd.gov.uk")
    kept(Stopped(person_id=sian.id, kind="how-was-it"))
    assert all(secret in everything() for secret in SECRETS)
    assert post(client, "/me/leave").location == "/goodbye"
    all_mail_leaves()
    left = everything()
    assert [secret for secret in SECRETS if secret in left] == []


def test_what_was_published_stays_and_names_nobody(client: FlaskClient, sian: Person, housing: Programme) -> None:
    past = conversation(housing, sian, person("Ben Price"), starts_at=START, state="met")
    reflection(past.participations[0], text="Ask twice")
    post(client, "/me/leave")
    page = client.get("/reflections/ask-twice").text
    assert "Ask twice" in page
    assert "Siân" not in page
    assert db.session.scalars(select(Reflection.attribution)).one() == "anonymous"


def test_the_others_hear_of_it(client: FlaskClient, sian: Person, housing: Programme) -> None:
    ahead = conversation(housing, sian, person("Ben Price"), starts_at=now() + timedelta(days=3))
    post(client, "/me/leave")
    assert db.session.get(type(ahead), ahead.id).state == "cancelled"
    assert "Siân" in mailed("ben-price@example.gov.uk", "cancelled")


def test_a_round_that_waits_is_drawn_again_without_them(client: FlaskClient, sian: Person, housing: Programme) -> None:
    for name in ("Ada", "Ben", "Cem"):
        member(person(name), housing)
    drawn = draw_round(housing, 7, now())
    assert sian.id in {part.person_id for talk in drawn.conversations for part in talk.participations}
    post(client, "/me/leave")
    again = waiting_round(housing)
    assert sian.id not in {part.person_id for talk in again.conversations for part in talk.participations}
    assert again.people == 3


def test_a_round_that_an_organiser_has_in_hand_is_not_drawn_again(
    client: FlaskClient, sian: Person, housing: Programme
) -> None:
    for name in ("Ben", "Cat", "Dan"):
        member(person(name), housing)
    round_ = draw_round(housing, 7, now())
    let_go(round_, now())
    number = round_.id
    post(client, "/me/leave")
    assert waiting_round(housing).id == number


def test_a_round_that_waits_for_too_few_is_gone(client: FlaskClient, sian: Person, housing: Programme) -> None:
    member(person("Ada"), housing)
    draw_round(housing, 7, now())
    assert post(client, "/me/leave").status_code == 303
    assert waiting_round(housing) is None


def test_goodbye_is_said_by_mail_and_on_the_page_and_they_are_signed_out(
    client: FlaskClient, sian: Person, housing: Programme
) -> None:
    conversation(housing, sian, person("Ben Price"), starts_at=START, state="met")
    page = client.get(post(client, "/me/leave").location)
    assert "Thank you for 1 conversation." in page.text
    assert "1 conversation" in mailed("sian@gwynedd.gov.uk", "goodbye")
    assert client.get("/me").status_code == 303
    assert client.application.test_client().get("/goodbye").location == "/"


def test_no_draw_and_no_sign_in_knows_them_any_more(client: FlaskClient, sian: Person) -> None:
    post(client, "/me/leave")
    assert db.session.scalar(select(func.count(Membership.id))) == 0
    post(client, "/sign-in", email="sian@gwynedd.gov.uk")
    assert set(db.session.scalars(select(Message.kind))) == {"goodbye"}
    assert client.get(f"/unsubscribe/{sign('unsubscribe', f'{sian.nonce}:reminder')}").status_code == 410


def test_somebody_who_left_may_come_back_as_somebody_new(client: FlaskClient, sian: Person) -> None:
    post(client, "/me/leave")
    told = {"name": "Siân", "email": "sian@gwynedd.gov.uk", "video": "teams", "agree": "yes"}
    assert post(client, "/join", **told).status_code == 303
    assert post(client, path_in(mailed("sian@gwynedd.gov.uk", "confirm"), "/confirm")).status_code == 303
    assert db.session.scalar(select(func.count(Person.id))) == 2


def test_what_waits_to_be_confirmed_is_gone_with_who_leaves(client: FlaskClient, sian: Person) -> None:
    told = {"name": "Somebody", "email": "sian@gwynedd.gov.uk", "video": "sian-on-teams", "agree": "yes"}
    sian.confirmed_at = None
    db.session.commit()
    post(client.application.test_client(), "/join", **told)
    link = path_in(mailed("sian@gwynedd.gov.uk", "confirm"), "/confirm")
    sian.confirmed_at = now()
    post(client, "/me/leave")
    assert client.get(link).status_code == 404
    assert "sian-on-teams" not in everything()


def test_a_list_of_somebody_else_still_keeps_them_apart(client: FlaskClient, sian: Person) -> None:
    kept(Exclusion(person_id=person("Ben Price").id, email="sian@gwynedd.gov.uk"))
    post(client, "/me/leave")
    kept_apart = db.session.scalars(select(Exclusion)).one()
    assert (kept_apart.has_left, "sian" in kept_apart.email) == (True, False)
    told = {"name": "Siân", "email": "sian@gwynedd.gov.uk", "video": "teams", "agree": "yes"}
    post(client, "/join", **told)
    post(client, path_in(mailed("sian@gwynedd.gov.uk", "confirm"), "/confirm"))
    db.session.refresh(kept_apart)
    assert kept_apart.email == "sian@gwynedd.gov.uk"


def test_an_address_that_is_never_confirmed_is_forgotten_after_a_month(client: FlaskClient, clock: Any) -> None:
    programme()
    told = {"name": "Siân", "email": "sian@gwynedd.gov.uk", "video": "sian-on-teams", "agree": "yes"}
    post(client, "/join", **told)
    clock.advance(days=29)
    with transaction():
        forget(now())
    assert "sian@gwynedd.gov.uk" in everything()
    clock.advance(days=2)
    with transaction():
        forget(now())
    assert [secret for secret in SECRETS if secret in everything()] == []


def test_what_was_told_is_forgotten_once_its_link_has_ended(client: FlaskClient, clock: Any) -> None:
    programme()
    told = {"name": "Siân", "email": "sian@gwynedd.gov.uk", "video": "sian-on-teams", "agree": "yes"}
    post(client, "/join", **told)
    for days, kept_so_far in ((6, True), (2, False)):
        clock.advance(days=days)
        with transaction():
            forget(now())
        asked = db.session.scalars(select(Request)).one()
        assert (asked.details is not None) == kept_so_far


def test_who_was_asked_again_has_a_month_from_then(client: FlaskClient, clock: Any) -> None:
    someone = person("Siân", confirmed_at=None)
    clock.advance(days=40)
    post(client, "/sign-in", email=someone.email)
    with transaction():
        forget(now())
    assert db.session.get(Person, someone.id).left_at is None
