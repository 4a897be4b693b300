"""What a draw promises, one promise a test."""

import json
import subprocess
import sys

import pytest

from unmentor.pairing import Entrant, History, Rules, draw, history_of
from unmentor.pairing.promise import promise

SIT_OUT = Rules(odd="sit-out")


def people(*names, **all_alike):
    return [Entrant(name, **all_alike) for name in names]


def rounds(crowd, count, rules, seed=1):
    """Hold *count* rounds, telling each entrant when they were last the odd one out."""
    history, plan, out, results = [], None, {}, []
    for number in range(1, count + 1):
        entrants = [Entrant(who.id, who.organisation, last_out=out.get(who.id)) for who in crowd]
        result = draw(entrants, history, rules, seed=seed * 1000 + number, plan=plan)
        history += [(number, a, b) for group in result.groups for a in group for b in group if a < b]
        plan = json.loads(json.dumps(result.plan))
        out.update(dict.fromkeys((*result.left_out, *result.thirds), number))
        results.append(result)
    return results


@pytest.mark.thorough
@pytest.mark.parametrize(("n", "organisations"), [(8, 1), (10, 2), (12, 1), (20, 2), (30, 1)])
def test_nobody_meets_twice_while_avoidable(n, organisations):
    crowd = [Entrant(i, organisation=str(i % organisations) if organisations > 1 else "") for i in range(n)]
    for seed in range(60 // n):
        assert not any(result.repeats for result in rounds(crowd, n - 1, Rules(), seed))


def test_an_odd_number_meets_for_as_many_rounds_as_there_are_people():
    results = rounds([Entrant(i) for i in range(11)], 11, SIT_OUT)
    assert not any(result.repeats for result in results)
    assert sorted(who for result in results for who in result.left_out) == list(range(11))


@pytest.mark.thorough
@pytest.mark.parametrize("odd", ["trio", "sit-out"])
def test_nobody_is_odd_one_out_again_before_everybody_was(odd):
    results = rounds([Entrant(i) for i in range(9)], 18, Rules(odd=odd))
    turns = [who for result in results for who in (*result.left_out, *result.thirds)]
    assert sorted(turns[:9]) == list(range(9))
    assert sorted(turns[9:]) == list(range(9))


def test_when_all_have_met_the_oldest_meetings_come_back_first():
    results = rounds([Entrant(i) for i in range(10)], 30, Rules())
    last, gaps = {}, []
    for number, result in enumerate(results):
        for pair in map(frozenset, result.groups):
            gaps += [number - last[pair]] if pair in last else []
            last[pair] = number
    assert min(gaps) >= 0.9 * 9


def test_a_repeat_says_with_whom_and_when_last():
    result = draw(people("ada", "ben"), [(3, "ben", "ada"), (7, "ada", "ben"), (9, "cat", "dan")], seed=1)
    assert [(again.a, again.b, again.last_met) for again in result.repeats] == [("ada", "ben", 7)]


def test_a_standby_is_taken_only_to_make_the_numbers_even():
    helper = Entrant("hal", standby=True)
    even, odd = (draw([*people(*names), helper], [], Rules(odd="standby"), seed=1) for names in ("ab", "abc"))
    assert (even.stepped_in, even.left_out) == ((), ())
    assert (odd.stepped_in, odd.left_out) == (("hal",), ())


def test_a_standby_keeps_company_with_one_alone():
    result = draw([Entrant("ada"), Entrant("hal", standby=True)], [], Rules(odd="standby"), seed=1)
    assert [set(group) for group in result.groups] == [{"ada", "hal"}]


def test_whoever_offers_two_conversations_takes_a_second_when_the_numbers_are_odd():
    result = draw([*people("ada", "ben"), Entrant("cat", conversations=2)], [], seed=1)
    assert sorted(map(sorted, result.groups)) == [["ada", "cat"], ["ben", "cat"]]
    assert result.stepped_in == ("cat",)


def test_colleagues_are_paired_only_where_nothing_else_is_left():
    crowd = [Entrant(i, organisation="big" if i < 6 else "small") for i in range(10)]
    organisation = {who.id: who.organisation for who in crowd}
    for seed in range(20):
        groups = draw(crowd, [], seed=seed).groups
        assert sum(organisation[a] == organisation[b] for a, b in groups) == 1


def test_wishes_never_cost_a_repeat():
    crowd = [Entrant(i, organisation=str(i // 2), region="north", slots={"mon"}) for i in range(4)]
    across = [(1, a, b) for a in (0, 1) for b in (2, 3)]
    assert sorted(map(sorted, draw(crowd, across, seed=1).groups)) == [[0, 1], [2, 3]]


def test_the_same_seed_draws_the_same_and_another_seed_another():
    crowd = [Entrant(i) for i in range(20)]
    assert draw(crowd, [], seed=5) == draw(crowd, [], seed=5)
    assert draw(crowd, [], seed=5).groups != draw(crowd, [], seed=6).groups


def test_this_seed_draws_these_pairs_for_ever():
    assert draw(people(*"abcdef"), [(1, "a", "b")], seed=2015).groups == (("f", "a"), ("b", "e"), ("d", "c"))


def test_the_digest_changes_with_whatever_the_draw_depends_on():
    crowd = people("ada", "ben", "cat", "dan")
    inputs = [
        (crowd, [], Rules()),
        (crowd, [(1, "ada", "ben")], Rules()),
        (crowd, [], SIT_OUT),
        ([*crowd[:3], Entrant("dan", region="north")], [], Rules()),
        ([*crowd[:3], Entrant("dan", not_with={"ada"})], [], Rules()),
    ]
    assert len({draw(*each, seed=1).digest for each in inputs}) == len(inputs)


@pytest.mark.parametrize(("names", "left_out"), [("", ()), ("a", ("a",))])
def test_too_few_people_give_an_empty_draw_that_says_why(names, left_out):
    result = draw(people(*names), [], seed=1)
    assert (result.groups, result.left_out) == ((), left_out)
    assert result.note


@pytest.mark.parametrize(
    ("crowd", "history", "named"),
    [
        (people("ada", "ada"), [], "'ada' takes part twice"),
        ([Entrant("ada", not_with={"zoe"})], [], "'zoe'"),
        (people("ada"), [(4, "ben", "ben")], "round 4 .* 'ben'"),
        ([Entrant("ada", conversations=0)], [], "'ada' wants 0"),
        (people("ada", "ben"), [(10**12, "ada", "ben")], "beyond"),
    ],
)
def test_input_that_makes_no_sense_is_named(crowd, history, named):
    with pytest.raises(ValueError, match=named):
        draw(crowd, history, seed=1)


def test_a_rule_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="shrug"):
        Rules(odd="shrug")


def test_a_history_kept_for_all_serves_those_who_come():
    history = [(1, "ada", "ben"), (2, "cat", "dan"), (5, "eve", "fay")]
    kept = History(("ada", "ben", "cat", "dan", "eve", "fay"), history)
    assert draw(people("cat", "ada", "dan"), kept, seed=1) == draw(people("ada", "cat", "dan"), history, seed=1)


def test_importing_the_room_loads_no_framework_and_no_solver():
    heavy = "{'flask', 'sqlalchemy', 'numpy', 'rustworkx', 'networkx'}"
    code = f"import sys, unmentor.pairing; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("odd", ["trio", "standby"])
def test_a_history_read_for_a_round_is_read_once_whoever_stands_by_or_may_talk_to_nobody(odd):
    crowd = [Entrant("ada", standby=True), Entrant("ben", not_with={"ada", *"acd"}), *people("a", "c", "d")]
    rules = Rules(odd=odd)
    kept = history_of(crowd, [(1, "a", "c")], rules)
    assert promise(crowd, kept, rules).history is kept
