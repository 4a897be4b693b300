"""Nobody is left out who could be seated: a trio helps wherever it seats one more, and only there."""

import pytest

from tests.pairing.brute import Brute
from unmentor.pairing import Entrant, Rules, draw, verify


def drawn(people, rules=None, history=()):
    rules = rules or Rules()
    result = draw(people, history, rules, seed=4)
    verify(people, history, rules, result)
    return result


def test_a_second_conversation_that_nobody_can_use_does_not_stop_the_trio():
    nobody_for_eve = set("abcd")
    people = [*(Entrant(name) for name in "abcd"), Entrant("eve", not_with=nobody_for_eve, conversations=2)]
    people += [Entrant("fay", not_with={"eve"}), Entrant("gil", not_with={"eve"})]
    busy = [Entrant(name, conversations=2, not_with=set("bc") if name == "a" else set()) for name in "abc"]
    assert drawn(people).left_out == ("eve",)
    assert drawn(busy).left_out == ("a",)


def test_an_offer_that_reaches_nobody_left_out_does_not_stop_the_trio():
    # Only x could talk twice, and only with y: the other three must be a trio.
    apart = set("abc")
    people = [Entrant("x", not_with=apart, conversations=2), Entrant("y", not_with=apart), *map(Entrant, "abc")]
    result = drawn(people)
    assert result.left_out == result.stepped_in == ()
    assert sorted(map(len, result.groups)) == [2, 3]


def test_an_offer_that_helps_comes_before_a_trio():
    result = drawn([Entrant("a", conversations=2), *map(Entrant, "bcde")])
    assert (result.stepped_in, set(map(len, result.groups))) == (("a",), {2})


def test_even_numbers_get_a_trio_where_one_more_would_be_left_out():
    people = [Entrant("a", not_with=set("bcdef")), *map(Entrant, "bcdef")]
    result = drawn(people)
    assert result.left_out == ("a",)
    assert sorted(map(len, result.groups)) == [2, 3]


def test_even_numbers_that_can_be_paired_get_no_trio():
    result = drawn(
        [Entrant(i, organisation="x" if i < 5 else "y") for i in range(10)], Rules(same_organisation="forbid")
    )
    assert {len(group) for group in result.groups} == {2}


@pytest.mark.parametrize("odd", ["trio", "sit-out", "standby"])
@pytest.mark.parametrize("conversations", [1, 2])
@pytest.mark.parametrize("n", [5, 6])
def test_a_star_of_exclusions_leaves_out_as_few_as_brute_force_does(n, conversations, odd):
    for reached in range(n - 1):
        apart = set("abcdefg"[1 + reached : n])
        people = [Entrant("a", not_with=apart, conversations=conversations), *map(Entrant, "bcdefg"[: n - 1])]
        rules = Rules(odd=odd)
        assert len(drawn(people, rules).left_out) == Brute(people, [], rules).best()[0][0]


def test_who_may_talk_to_nobody_is_left_out_and_the_reason_told():
    people = [Entrant(i, organisation="Devon") for i in range(3)]
    result = drawn(people, Rules(same_organisation="forbid"))
    assert (result.left_out, result.note) == ((0, 1, 2), "No two of them may talk to each other.")
