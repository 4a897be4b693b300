"""Against networkx, and within what it may cost."""

import doctest
from statistics import median_low
from time import process_time

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmentor.impact import network
from unmentor.impact.network import Network

nodes = st.integers(0, 25)


def networks(links: list[tuple[int, int]]) -> tuple[Network, nx.Graph]:
    ours, theirs = Network(), nx.Graph()
    for one, other in links:
        ours.link(one, other)
        if one != other:
            theirs.add_edge(one, other)
    return ours, theirs


@given(st.lists(st.tuples(nodes, nodes), max_size=40))
def test_links_and_parts_are_what_networkx_says(links: list[tuple[int, int]]) -> None:
    ours, theirs = networks(links)
    assert (ours.links, ours.nodes) == (theirs.number_of_edges(), theirs.number_of_nodes())
    assert ours.largest == max((len(part) for part in nx.connected_components(theirs)), default=0)


@given(st.lists(st.tuples(nodes, nodes), max_size=40))
def test_steps_are_what_networkx_says_of_a_part_that_is_the_largest(links: list[tuple[int, int]]) -> None:
    ours, theirs = networks(links)
    parts = [part for part in nx.connected_components(theirs) if len(part) == ours.largest]
    far = [
        [
            steps
            for one, all_ in nx.shortest_path_length(theirs.subgraph(part))
            for to, steps in all_.items()
            if to > one
        ]
        for part in parts
    ]
    assert ours.steps() in ([median_low(each) for each in far] or [None])


def test_where_there_are_too_many_to_ask_all_some_are_asked() -> None:
    ours, theirs = networks([(node, (node * 7 + step) % 500) for node in range(500) for step in (1, 2)])
    far = [steps for _one, all_ in nx.shortest_path_length(theirs) for steps in all_.values() if steps]
    assert ours.steps(most=20_000) == ours.steps() == median_low(far)


@pytest.mark.thorough
def test_ten_thousand_people_in_twenty_six_rounds_take_seconds() -> None:
    ours, began = Network(), process_time()
    for turn in range(26):
        for one in range(5_000):
            ours.link(2 * one, (2 * one * (turn + 3) + 2 * turn + 1) % 10_000)
        assert ours.largest > 1
    assert (ours.nodes, ours.steps()) == (10_000, 4)
    assert process_time() - began < 10


def test_the_examples_are_true() -> None:
    assert doctest.testmod(network).failed == 0
