"""Somebody takes themselves out of a conversation: what everybody hears, and what the page says."""

from threading import Thread

import pytest
from cast import mailed, post
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sent import calendar, leave, membership, other, part_of, partners, sent

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.rounds.mend import TooLate, withdraw, withdraw_from_all


def test_withdrawing_takes_it_out_of_both_calendars(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    talk = part_of("Ada").conversation
    leave("Ada", clock)
    assert (talk.state, talk.sequence, talk.stamped_at) == ("cancelled", 1, clock())
    for name in ("ada", "ben"):
        method, event = calendar(f"{name}@example.gov.uk", "cancelled")
        assert (method, event["UID"], event["SEQUENCE"], event["STATUS"]) == ("CANCEL", talk.uid, 1, "CANCELLED")
        assert len(event["ATTENDEE"]) == 2


def test_whoever_is_left_hears_why_and_goes_first_next_time(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    leave("Ada", clock, "Flood duty, sorry.")
    text = mailed("ben@example.gov.uk", "cancelled")
    assert "Ada cannot make it this time." in text
    assert "Flood duty, sorry." in text
    assert "You go first next time." in text
    assert (membership("Ben").first_next, membership("Ada").first_next) == (True, False)


def test_who_withdraws_is_thanked_and_told_what_is_next(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    leave("Ada", clock, "Flood duty, sorry.")
    text = mailed("ada@example.gov.uk", "cancelled")
    assert "Thank you for saying so. We have told Ben" in text
    assert "Flood duty" not in text


def test_of_three_the_two_others_talk_on(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat")
    talk = part_of("Ada").conversation
    starter = next(part for part in talk.participations if part.starts)
    stay = [part for part in talk.participations if part is not starter]
    leave(starter.person.name, clock, "Flood duty.")
    assert (talk.state, talk.sequence, len(talk.people)) == ("arranged", 1, 2)
    assert [part.starts for part in stay] == [True, False]
    for part in stay:
        method, event = calendar(part.person.email, "moved")
        assert (method, len(event["ATTENDEE"]), event["SEQUENCE"]) == ("REQUEST", 2, 1)
        assert "talk as arranged" in mailed(part.person.email, "moved")
        assert "Flood duty." in mailed(part.person.email, "moved")
    method, event = calendar(starter.person.email, "cancelled")
    assert (method, event["UID"]) == ("CANCEL", talk.uid)
    assert db.session.query(Message).filter_by(kind="cancelled").count() == 1


def test_when_two_of_three_withdraw_the_third_hears_it(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat")
    leave("Ada", clock)
    leave("Ben", clock)
    assert part_of("Cat").conversation.state == "cancelled"
    assert "Ben cannot make it" in mailed("cat@example.gov.uk", "cancelled")
    assert "Ada" not in mailed("cat@example.gov.uk", "cancelled")
    assert membership("Cat").first_next


def test_withdrawing_twice_is_too_late(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    part = part_of("Ada")
    withdraw(part, "", 3, clock())
    with pytest.raises(TooLate):
        withdraw(part, "", 3, clock())


def test_who_leaves_for_good_is_replaced_too(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out = round_.left_out[0].person
    leaver = part_of(({"Ada", "Ben", "Cat"} - {out.name}).pop())
    stays = leaver.partners[0]
    withdraw_from_all(leaver.person, 3, clock())
    assert partners(stays.name) == {out.name}
    text = mailed(stays.email, "cancelled")
    assert f"{leaver.person.first_name} has left UnMentoring." in text
    assert "next draw" not in mailed(leaver.person.email, "cancelled")


def test_the_page_asks_once_and_says_what_happens(app: Flask, client: FlaskClient, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    page = f"/c/{key(part_of('Ada'))}/withdraw"
    assert "We tell Ben now" in client.get(page).text
    assert part_of("Ada").conversation.state == "arranged"
    answer = post(client, page, reason="Flood duty")
    assert answer.status_code == 303
    done = client.get(answer.location)
    assert done.status_code == 200
    assert "You are out of this one" in done.text
    assert "We have told Ben, who goes first next time" in done.text
    assert "Your calendar knows. The next draw is on " in client.get(page, follow_redirects=True).text
    assert "Flood duty" in mailed("ben@example.gov.uk", "cancelled")


def test_a_word_that_is_too_long_is_refused_and_kept(app: Flask, client: FlaskClient, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    answer = post(client, f"/c/{key(part_of('Ada'))}/withdraw", reason="x" * 301)
    assert answer.status_code == 422
    assert "x" * 301 in answer.text
    assert part_of("Ada").conversation.state == "arranged"


def test_old_keys_say_what_happens_instead(app: Flask, client: FlaskClient, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out = round_.left_out[0].person.name
    leaver = part_of(({"Ada", "Ben", "Cat"} - {out}).pop())
    stays = next(part for part in leaver.conversation.participations if part is not leaver)
    post(client, f"/c/{key(leaver)}/withdraw")
    theirs, mine = client.get(f"/c/{key(stays)}"), client.get(f"/c/{key(leaver)}")
    assert (theirs.status_code, mine.status_code) == (410, 410)
    assert f"{leaver.person.first_name} cannot make it" in theirs.text
    assert f"You talk to {out} instead" in theirs.text
    assert "You are out of this one" in mine.text
    assert client.get(f"/c/{key(leaver)}/withdraw").status_code == 410


def test_the_page_names_nobody_who_had_withdrawn_before(app: Flask, client: FlaskClient, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat")
    for name in ("Ada", "Ben"):
        done = client.get(post(client, f"/c/{key(part_of(name))}/withdraw").location).text
    assert "We have told Cat" in done
    assert "Ada" not in done


def test_who_is_still_in_it_has_not_withdrawn(app: Flask, client: FlaskClient, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    assert client.get(f"/c/{key(part_of('Ada'))}/withdrawn").status_code == 404


def test_whoever_goes_first_next_time_reads_it_on_the_old_page_too(
    app: Flask, client: FlaskClient, clock: Clock
) -> None:
    sent(clock, "Ada", "Ben")
    page = f"/c/{key(part_of('Ben'))}"
    leave("Ada", clock)
    assert "You go first in the next draw" in client.get(page).text


def test_two_who_withdraw_at_once_leave_nobody_in_a_conversation_with_themselves(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", "Dan")
    ids = [part_of("Ada").id, part_of(({"Ben", "Cat", "Dan"} - {other("Ada")}).pop()).id]
    db.session.commit()  # else this thread would hold the pen

    def press(number: int) -> None:
        with app.app_context(), transaction():
            withdraw(db.session.get(Participation, number), "", 3, clock())

    pressing = [Thread(target=press, args=[number]) for number in ids]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join()
    mended = db.session.query(Conversation).filter_by(mended=True).all()
    assert [len(talk.people) for talk in mended] == [2]
    assert not {part.person_id for part in mended[0].participations} & {
        part.person_id for part in db.session.query(Participation) if part.withdrew_at
    }


def test_both_who_withdraw_at_once_are_out_once(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    ids, late = [part_of("Ada").id, part_of("Ben").id], []
    db.session.commit()  # else this thread would hold the pen

    def press(number: int) -> None:
        with app.app_context():
            try:
                with transaction():
                    withdraw(db.session.get(Participation, number), "", 3, clock())
            except TooLate:
                late.append(number)

    pressing = [Thread(target=press, args=[number]) for number in ids]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join()
    assert len(late) == 1
    assert db.session.query(Message).filter_by(kind="cancelled").count() == 2
    assert db.session.query(Conversation).one().sequence == 1
