from cast import member, person, programme
from conftest import Clock
from flask import Flask

from unmentor.programmes.models import Programme
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.models import Round
from unmentor.rounds.why import why


def rounds(ours: Programme, clock: Clock, count: int) -> list[Round]:
    """Return so many rounds of a programme, a month apart."""
    drawn = []
    for seed in range(count):
        drawn.append(draw_round(ours, seed, clock()))
        send_round(drawn[-1], clock())
        clock.advance(days=30)
    return drawn


def community(*names: str) -> Programme:
    ours = programme()
    for name in names:
        member(person(name), ours)
    return ours


def test_a_round_without_repeats_needs_no_reason(app: Flask, clock: Clock) -> None:
    assert why(rounds(community("Ada", "Ben"), clock, 1)[0]) == ""


def test_who_has_met_everybody_is_named(app: Flask, clock: Clock) -> None:
    second = rounds(community("Ada", "Ben"), clock, 2)[1]
    assert why(second) == (
        "They last met in round 1. Fewer is impossible, because there is nobody new this time for Ada and Ben."
    )


def test_many_who_have_met_everybody_are_counted(app: Flask, clock: Clock) -> None:
    fourth = rounds(community("Ada", "Ben", "Cat", "Dan"), clock, 4)[3]
    assert "4 people have met everybody they could talk to this time." in why(fourth)


def test_a_newcomer_is_somebody_new(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben", "Cat")
    rounds(ours, clock, 1)
    for name in ("Dan", "Eve", "Fay"):
        member(person(name), ours)
    assert why(rounds(ours, clock, 1)[0]) == ""
