"""What everybody may read of a draw, and the file that whoever was in it gets."""

import json
import re
from typing import Any

import pytest
from cast import member, organiser, person, programme, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.mail.queries import content as words_of
from unmentor.pairing.draw_file import check
from unmentor.people.actions import avoid
from unmentor.people.models import Person
from unmentor.privacy.erasure import erase
from unmentor.programmes.commitment import commit, standing
from unmentor.programmes.models import Programme
from unmentor.rounds import by_hand
from unmentor.rounds.actions import cancel_round, draw_again, draw_round, send_round
from unmentor.rounds.change import change
from unmentor.rounds.models import Round
from unmentor.rounds.queries import waiting_round

PAGE, FILE = "/programmes/unmentoring/rounds/1", "/me/rounds/unmentoring/1.json"
PAGES = (
    "/programmes/unmentoring", "/programmes/unmentoring/rounds/2", "/programmes/unmentoring/rounds/3", "/me",
    "/me/data.json", "/organise/unmentoring", "/organise/unmentoring/rounds/2", "/organise/unmentoring/log",
)  # fmt: skip
NAMES = ("Ada", "Ben", "Cat", "Dan", "Eve", "Fay", "Gil", "Hal", "Ida", "Jan")


@pytest.fixture
def ours(app: Flask, clock: Clock) -> Programme:
    """Return a programme of ten people that has committed to its first draw, a month ago."""
    ours: Programme = programme()
    commit(ours, clock())
    for name in NAMES:
        member(person(name, organisation=f"{name} Council"), ours)
    db.session.commit()
    clock.set(2026, 12, 21, 9)
    return ours


def drawn(ours: Programme, clock: Clock, seed: int | None = None) -> Round:
    round_ = draw_round(ours, seed, clock())
    db.session.commit()
    return round_


def sent(round_: Round, clock: Clock) -> Round:
    send_round(round_, clock())
    db.session.commit()
    return round_


def somebody(name: str) -> Person:
    found: Person = db.session.query(Person).filter_by(name=name).one()
    return found


def file_of(client: FlaskClient, name: str) -> dict[str, Any]:
    sign_in(client, somebody(name))
    answer = client.get(FILE)
    assert answer.status_code == 200
    check(answer.data)
    content: dict[str, Any] = json.loads(answer.data)
    return content


def test_the_next_draws_commitment_stands_on_both_pages_since_it_was_made(client: FlaskClient, ours: Programme) -> None:
    for page in ("/programmes/unmentoring", PAGE):
        text = client.get(page).text
        assert ours.commitment in text
        assert "Saturday 21 November" in text
    assert client.get("/programmes/unmentoring/rounds/2").status_code == 404
    assert client.get("/programmes/unmentoring/rounds/0").status_code == 404
    assert client.get("/programmes/nowhere/rounds/1").status_code == 404


def test_a_round_that_waits_tells_nothing_but_its_commitment(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    round_ = drawn(ours, clock)
    text = client.get(PAGE).text
    assert round_.commitment in text
    assert "10 people" not in text
    assert str(round_.seed) not in text
    assert round_.digest not in text
    assert "Told here once the round is sent." in text
    sign_in(client, somebody("Ada"))
    assert client.get(FILE).status_code == 404


def test_once_sent_everybody_reads_what_it_achieved_and_its_secret(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    before = ours.commitment
    round_ = sent(drawn(ours, clock), clock)
    text = client.get(PAGE).text
    for said in ("10 people, 5 pairs.", "Nobody has met before.", "Provably, no draw could do better.", "Drawn once."):
        assert said in text
    for said in (before, round_.secret, round_.digest, str(round_.seed)):
        assert said in text
    assert not [name for name in NAMES if re.search(rf"\b{name}\b", text)]
    coming = client.get("/programmes/unmentoring/rounds/2").text
    assert ours.commitment in coming
    assert before not in coming
    assert "/programmes/unmentoring/rounds/1" in client.get("/programmes/unmentoring/rounds").text


def test_a_redraw_and_a_swap_show(client: FlaskClient, ours: Programme, clock: Clock) -> None:
    round_ = draw_again(drawn(ours, clock), None, clock())
    one, other = round_.groups[0][0], round_.groups[1][0]
    change(round_, by_hand.swap(one, other), clock(), by=None)
    sent(round_, clock)
    text = client.get(PAGE).text
    assert "Drawn 2 times: organisers had it drawn again." in text
    assert "After the draw: one swap." in text
    assert "then organisers changed it by hand" in text
    sign_in(client, db.session.get_one(Person, one))
    said = check(client.get(FILE).data)
    assert "It was drawn 2 times: organisers had it drawn again." in said
    assert "Changed by hand after the draw: 1 swap." in said


def test_who_is_left_out_and_who_is_taken_in_by_hand_show_in_the_file(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    round_ = drawn(ours, clock)
    late = person("Late")
    member(late, ours)
    change(round_, by_hand.leave_out(somebody("Ada").id), clock(), by=None)
    change(round_, by_hand.take_in(somebody("Ada").id), clock(), by=None)
    sent(round_, clock)
    assert "After the draw: one person left out and one person taken in." in client.get(PAGE).text
    out, back = file_of(client, "Ben")["changes"]
    assert (out["kind"], back["kind"]) == ("leave-out", "take-in")
    assert "new-1" in {who for group in out["made"] for who in group}
    assert file_of(client, "Late")["you"] is None
    assert len(file_of(client, "Ada")["partners"]) == 2


def test_visitors_read_it_from_the_cache_until_it_changes(app: Flask, ours: Programme, clock: Clock) -> None:
    round_ = drawn(ours, clock)
    visitor = app.test_client()
    assert "nobody has been told yet" in visitor.get(PAGE).text
    assert PAGE in {path for key in app.extensions["page_cache"].pages for path in key}
    with statements() as asked:
        again = visitor.get(PAGE)
    assert (again.status_code, [each for each in asked if "round" in each]) == (200, [])
    sent(round_, clock)
    assert round_.secret in visitor.get(PAGE).text


def test_an_organisers_own_seed_is_said_and_gives_no_file(client: FlaskClient, ours: Programme, clock: Clock) -> None:
    sent(drawn(ours, clock, seed=7), clock)
    assert "An organiser chose the seed of this draw" in client.get(PAGE).text
    sign_in(client, somebody("Ada"))
    assert client.get(FILE).status_code == 404


def test_a_round_from_before_there_were_commitments_says_so(client: FlaskClient, ours: Programme, clock: Clock) -> None:
    round_ = sent(drawn(ours, clock), clock)
    round_.commitment = round_.committed_at = round_.secret = round_.draws = round_.tries = None
    db.session.commit()
    text = client.get(PAGE).text
    assert "had not committed to its chance when it drew this round" in text
    assert "Not known: it is from before this was counted." in text


def test_a_round_cancelled_before_it_was_sent_keeps_its_secret(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    round_ = drawn(ours, clock)
    cancel_round(round_, clock())
    db.session.commit()
    text = client.get(PAGE).text
    assert "cancelled before anybody was told" in text
    assert "It decides the next draw" in text
    second = drawn(ours, clock)
    assert second.draws == 2


def test_the_file_names_its_reader_and_their_partner_and_nobody_else(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    round_ = sent(drawn(ours, clock), clock)
    content = file_of(client, "Ada")
    (group,) = [group for group in round_.groups if somebody("Ada").id in group]
    partner = next(each.name for each in map(db.session.get_one, [Person] * 2, group) if each.name != "Ada")
    assert (content["you"]["name"], [each["name"] for each in content["partners"]]) == ("Ada", [partner])
    text = json.dumps(content)
    assert not [name for name in NAMES if name not in {"Ada", partner} and re.search(rf"\b{name}\b", text)]
    assert "Council" not in text
    assert "@" not in text


def test_the_file_is_for_whoever_was_in_the_round_alone_and_is_kept_by_no_cache(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    sent(drawn(ours, clock), clock)
    assert client.get(FILE).status_code == 303
    sign_in(client, organiser(ours))
    assert client.get(FILE).status_code == 404
    assert "Download your draw file" not in client.get(PAGE).text
    sign_in(client, somebody("Ada"))
    assert FILE in client.get(PAGE).text
    answer = client.get(FILE)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="unmentoring-round-1-draw.json"'


def test_all_files_of_a_round_are_of_the_same_draw(client: FlaskClient, ours: Programme, clock: Clock) -> None:
    round_ = sent(drawn(ours, clock), clock)
    files = [file_of(client, name) for name in NAMES]
    own = {"you", "partners", "checksum"}
    assert len({json.dumps({k: v for k, v in each.items() if k not in own}) for each in files}) == 1
    assert len({each["you"]["id"] for each in files}) == len(NAMES)
    assert {each["chance"]["digest"] for each in files} == {round_.digest}


def test_whom_the_reader_never_heard_of_has_no_name_in_it(client: FlaskClient, ours: Programme, clock: Clock) -> None:
    round_ = drawn(ours, clock)
    one, other = (db.session.get_one(Person, who) for who in round_.groups[0])
    avoid(one, other.email)
    sent(round_, clock)
    names = [one.name, other.name]
    content = file_of(client, names[1])
    assert [each["name"] for each in content["partners"]] == [""]
    assert not re.search(rf"\b{names[0]}\b", json.dumps(content))


def test_who_is_erased_is_nobody_in_the_file_and_it_still_checks(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    round_ = sent(drawn(ours, clock), clock)
    (group,) = [group for group in round_.groups if somebody("Ada").id in group]
    partner = next(who for who in group if who != somebody("Ada").id)
    erase(db.session.get_one(Person, partner), clock())
    db.session.commit()
    assert [each["name"] for each in file_of(client, "Ada")["partners"]] == ["somebody who has left"]


def test_a_secret_that_is_not_told_yet_is_on_no_page_and_in_no_mail(
    client: FlaskClient, ours: Programme, clock: Clock
) -> None:
    sent(drawn(ours, clock), clock)
    clock.advance(days=30)
    drawn(ours, clock)
    secret = standing(ours).secret.hex()
    olu = organiser(ours)
    for who in (None, somebody("Ada"), olu):
        if who:
            sign_in(client, who)
        for page in PAGES:
            assert secret not in client.get(page).text
    assert waiting_round(ours)
    assert not [each for each in db.session.query(Message) if secret.encode() in words_of(each)]
