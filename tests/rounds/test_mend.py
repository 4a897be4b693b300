from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from cast import conversation, letter_to, mailed, member, person, post, programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people.models import Exclusion, Person
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Membership
from unmentor.rounds import draw_queries
from unmentor.rounds.actions import cancel_round, draw_round, send_round
from unmentor.rounds.draw_inputs import replay
from unmentor.rounds.mend import TooLate, withdraw, withdraw_from_all
from unmentor.rounds.models import Round


def sent(clock: Clock, *names: str, **rules: Any) -> Round:
    """Return a sent round of a community; a day later it is."""
    of = programme(**rules)
    for name in names:
        member(person(name), of)
    round_ = draw_round(of, 7, clock())
    send_round(round_, clock())
    db.session.commit()
    clock.advance(days=1)
    return round_


def part_of(someone: Person | str) -> Participation:
    """Return the part of somebody in the newest conversation that they are in."""
    name = someone if isinstance(someone, str) else someone.name
    query = db.session.query(Participation).join(Participation.person).filter(Person.name == name)
    return query.order_by(Participation.id.desc()).first()


def partners(name: str) -> set[str]:
    part = part_of(name)
    return set() if part.conversation.state == "cancelled" else {each.name for each in part.partners}


def leave(name: str, clock: Clock, reason: str = "") -> list[Conversation]:
    found = withdraw(part_of(name), reason, 3, clock())
    db.session.commit()
    return found


def membership(name: str) -> Membership:
    return db.session.query(Membership).join(Membership.person).filter(Person.name == name).one()


def other(name: str) -> str:
    return part_of(name).partners[0].name


def calendar(recipient: str, kind: str) -> Any:
    part = next(p for p in letter_to(recipient, kind).walk() if p.get_content_type() == "text/calendar")
    return part.get_param("method"), Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]


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


def test_two_who_are_left_alone_meet_each_other(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", "Dan")
    one, two = other("Ada"), other(({"Ben", "Cat", "Dan"} - {other("Ada")}).pop())
    leave("Ada", clock)
    found = leave(other(two), clock)
    assert [{each.name for each in talk.people} for talk in found] == [{one, two}]
    assert found[0].mended
    assert f"somebody new: {one}" in mailed(f"{two.lower()}@example.gov.uk", "cancelled")
    assert one in mailed(f"{two.lower()}@example.gov.uk", "invitation")
    assert not membership(one).first_next


def test_who_was_left_out_steps_in(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out = round_.left_out[0].person.name
    talking = part_of(({"Ada", "Ben", "Cat"} - {out}).pop())
    stays = talking.partners[0].name
    leave(talking.person.name, clock)
    assert partners(stays) == {out}


def test_whoever_was_left_out_long_ago_is_not_invited_anew(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out, talk = round_.left_out[0].person, round_.conversations[0]
    clock.advance(days=60)
    send_round(draw_round(round_.programme, 8, clock()), clock())
    talk.starts_at = clock() + timedelta(days=5)
    db.session.commit()
    withdraw(talk.participations[0], "", 3, clock())
    assert [each for each in round_.conversations if each.mended] == []
    assert out.id not in {part.person_id for each in round_.conversations for part in each.participations}


def test_who_was_left_out_and_stepped_in_has_not_had_their_turn(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out = round_.left_out[0].person
    turn = {each.id: each.last_out for each in draw_queries.entrants(round_.programme, clock().date())}
    assert turn[out.id] == 1
    leave(({"Ada", "Ben", "Cat"} - {out.name}).pop(), clock)
    turn = {each.id: each.last_out for each in draw_queries.entrants(round_.programme, clock().date())}
    assert turn[out.id] is None


def test_a_standby_steps_in_where_nobody_else_is_free(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", "Dan", odd="standby")
    for name in ("Sam", "Sue"):
        member(person(name), membership("Ada").programme, standby=True)
    stays = other("Ada")
    found = leave("Ada", clock)
    assert len(found) == 1
    assert {each.name for each in found[0].people} & {"Sam", "Sue"}
    assert stays in {each.name for each in found[0].people}


def test_standbys_are_not_asked_where_two_are_left_alone_anyway(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", "Dan")
    one = other("Ada")
    leave("Ada", clock)
    for name in ("Sam", "Sue"):
        member(person(name), round_.programme, standby=True)
    two = ({"Ben", "Cat", "Dan"} - {one}).pop()
    stays = other(two)
    leave(two, clock)
    assert partners(one) == {stays}


def test_nobody_meets_again_whom_they_met_before(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    met = {frozenset(each.name for each in talk.people) for talk in round_.conversations}
    clock.advance(days=40)
    again = draw_round(round_.programme, 5, clock())
    send_round(again, clock())
    db.session.commit()
    out, pair = again.left_out[0].person.name, [each.name for each in again.conversations[0].people]
    for name in pair:
        if frozenset({out, ({*pair} - {name}).pop()}) in met:
            assert leave(name, clock) == []
            return
    raise AssertionError("Nobody in this round has met who was left out")


@pytest.mark.parametrize("why", ["exclusion", "organisation", "pause", "gone"])
def test_nobody_is_found_who_must_not_or_cannot(app: Flask, clock: Clock, why: str) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out = round_.left_out[0].person
    leaver = ({"Ada", "Ben", "Cat"} - {out.name}).pop()
    stays = part_of(leaver).partners[0]
    if why == "exclusion":
        db.session.add(Exclusion(person_id=out.id, email=stays.email))
    elif why == "organisation":
        round_.programme.same_organisation = "forbid"
    elif why == "pause":
        pause(membership(out.name), None)
    else:
        out.left_at, out.email = clock(), None
    assert leave(leaver, clock) == []


def test_who_withdrew_is_not_found_again_in_that_round(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", "Dan")
    first, second = "Ada", other("Ada")
    third = ({"Ben", "Cat", "Dan"} - {second}).pop()
    leave(first, clock)
    assert leave(third, clock)
    newest = part_of(second)
    assert leave(newest.person.name, clock) == []


def test_a_new_conversation_is_two_working_days_ahead_at_least(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    clock.set(2026, 11, 24, 17)
    talking = db.session.query(Conversation).one()
    talking.starts_at = clock() + timedelta(hours=2)
    found = leave(talking.people[0].name, clock)
    assert found[0].starts_at.date() >= (clock() + timedelta(days=2)).date()
    assert found[0].starts_at.date() <= (clock() + timedelta(days=20)).date()


@pytest.mark.thorough
def test_nobody_has_two_conversations_at_once(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out, elsewhere = round_.left_out[0].person, programme("Elsewhere")
    for day in range(25):
        for hour, minute in ((10, 0), (15, 0)):
            start = clock().replace(hour=hour, minute=minute) + timedelta(days=day)
            conversation(elsewhere, out, person(f"P{day} {hour}"), starts_at=start)
    found = leave(({"Ada", "Ben", "Cat"} - {out.name}).pop(), clock)
    assert (found[0].starts_at.hour, found[0].starts_at.minute) == (12, 30)


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


@pytest.mark.thorough
def test_whoever_was_promised_to_go_first_is_not_left_out_next_time(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", "Dan", odd="sit-out")
    alone = other("Ada")
    leave("Ada", clock)
    member(person("Eve"), round_.programme)
    for seed in range(12):
        clock.advance(days=1)
        round_ = draw_round(round_.programme, seed, clock())
        assert alone not in [left.person.name for left in round_.left_out]
        cancel_round(round_, clock())
        db.session.commit()
    assert membership(alone).first_next
    send_round(draw_round(round_.programme, 1, clock()), clock())
    assert not membership(alone).first_next


def test_withdrawing_twice_is_too_late(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    part = part_of("Ada")
    withdraw(part, "", 3, clock())
    with pytest.raises(TooLate):
        withdraw(part, "", 3, clock())


def test_a_mended_round_can_still_be_drawn_again_from_what_was_kept(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    leave(part_of(({"Ada", "Ben"} - {round_.left_out[0].person.name}).pop()).person.name, clock)
    assert any(talk.mended for talk in round_.conversations)
    assert replay(round_).proved


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


def test_who_is_still_in_it_has_not_withdrawn(app: Flask, client: FlaskClient, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    assert client.get(f"/c/{key(part_of('Ada'))}/withdrawn").status_code == 404


def test_a_programme_of_its_own_is_not_mended_from_another(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    elsewhere = programme("Elsewhere")
    member(person("Eve"), elsewhere, standby=True)
    assert leave("Ada", clock) == []


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
