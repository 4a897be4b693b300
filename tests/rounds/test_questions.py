"""The questions of real rounds: whoever was told of one does not get it again while others are left."""

import pytest
from cast import member, person, programme
from conftest import Clock
from flask import Flask

from unmentor.conversations.prompts import DEPTHS, EACH, with_these
from unmentor.db import db
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.mend import withdraw


@pytest.mark.one_engine
@pytest.mark.parametrize(("people", "odd"), [(2, "trio"), (5, "trio"), (9, "sit-out")])
def test_nobody_is_told_of_a_question_again_while_one_is_left_that_all_of_them_could_have(
    app: Flask, clock: Clock, people: int, odd: str
) -> None:
    ours = programme(odd=odd)
    told: dict[int, list[set[int]]] = {}
    mended = 0
    for number in range(people):
        told[member(person(f"P{number}"), ours).person_id] = [set() for _depth in DEPTHS]
    for number in range(2 * EACH):
        round_ = draw_round(ours, number, clock())
        send_round(round_, clock())
        if people > 2:
            withdraw(round_.conversations[0].participations[0], "", number, clock())
        db.session.commit()
        for talk in sorted(round_.conversations, key=lambda talk: talk.id):
            theirs = [told[part.person_id] for part in talk.participations]
            for depth, question in enumerate(talk.prompts):
                for seen in theirs:
                    if len(seen[depth]) == EACH:
                        seen[depth].clear()
                had = set.union(*(seen[depth] for seen in theirs))
                assert question not in had or len(had) == EACH
                for seen in theirs:
                    seen[depth].add(question)
        mended += sum(talk.mended for talk in round_.conversations)
        clock.advance(days=7)
    assert bool(mended) == (odd == "sit-out")


def test_a_third_who_joins_has_had_the_questions_too(app: Flask, clock: Clock) -> None:
    ours = programme(odd="sit-out")
    for name in ("Ada", "Ben", "Cat", "Dan"):
        member(person(name), ours)
    round_ = draw_round(ours, 7, clock())
    send_round(round_, clock())
    first, second = round_.conversations
    for part in first.participations:
        part.welcomes = True
    left, alone = second.participations
    withdraw(left, "", 7, clock())
    assert [each.person for each in first.present][2] is alone.person
    assert alone.person.prompts_had == with_these(with_these(0, second.prompts), first.prompts)
