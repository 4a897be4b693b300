"""What organisers say goes with the invitations of one round."""

from cast import letter_to, mailed, member, organiser, person, programme
from conftest import Clock
from flask import Flask

from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.rounds import steps
from unmentor.rounds.actions import send_round

ADA = "ada@example.gov.uk"
WORD = "Bring a question & <b>tea</b>.\nSee you."


def test_a_word_from_the_organisers_is_in_the_invitations_of_one_round(app: Flask, clock: Clock) -> None:
    ours = programme(word=WORD)
    for name in ("Ada", "Ben"):
        member(person(name), ours)
    organiser(ours)
    first = steps.draw(ours, 7)
    assert first.says == WORD
    steps.send(first)
    assert (ours.word, first.word) == ("", WORD)
    text = mailed(ADA, "invitation").replace("\r\n", "\n")
    assert "The organisers say:\n\n  Bring a question & <b>tea</b>.\n  See you." in text
    html = letter_to(ADA, "invitation").get_body(("html",)).get_content()
    assert "Bring a question &amp; &lt;b&gt;tea&lt;/b&gt;.<br>See you." in html
    steps.cancel(first)
    second = steps.draw(ours, 8)
    send_round(second, clock())
    db.session.commit()
    assert db.session.query(Conversation).filter_by(round_id=second.id).count() == 1
    assert "The organisers say" not in mailed(ADA, "invitation")
