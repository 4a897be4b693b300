"""The matching behind the proofs, against a compiled solver that knows nothing of it."""

from random import Random

import pytest
import rustworkx as rx

from unmentor.pairing.duals import FREE, priced_matching


def a_graph(chance, n):
    share, most = chance.random(), chance.choice([1, 2, 3, 10, 1000])
    gains = [{} for _ in range(n)]
    for u in range(n):
        for v in range(u):
            if chance.random() < share:
                gains[u][v] = gains[v][u] = chance.randint(1, most)
    return gains


@pytest.mark.parametrize(("n", "graphs"), [(6, 400), (13, 300), (40, 40)])
def test_no_matching_is_heavier_and_the_prices_say_so(n, graphs):
    chance = Random(n)
    for _ in range(graphs):
        gains = a_graph(chance, chance.randint(2, n))
        mate, prices = priced_matching(gains)
        weight = sum(gains[u][v] for u, v in enumerate(mate) if v != FREE) // 2
        graph = rx.PyGraph()
        graph.add_nodes_from(range(len(gains)))
        graph.add_edges_from([(u, v, gain) for u, row in enumerate(gains) for v, gain in row.items() if u < v])
        assert weight == sum(gains[u][v] for u, v in rx.max_weight_matching(graph, weight_fn=int))
        assert 4 * weight == sum(prices.vertex) + sum(price * (len(circle) // 2) for price, circle in prices.circles)
        for u, row in enumerate(gains):
            for v, gain in row.items():
                shared = sum(price for price, circle in prices.circles if u in circle and v in circle)
                assert prices.vertex[u] + prices.vertex[v] + shared >= 4 * gain


def test_circles_may_nest_thousands_deep():
    n = 3001
    gains = [{j: 1 for j in (i - 2, i - 1, i + 1, i + 2) if 0 <= j < n} for i in range(n)]
    mate, prices = priced_matching(gains)
    assert mate.count(FREE) == 1
    assert 4 * (n // 2) == sum(prices.vertex) + sum(price * (len(circle) // 2) for price, circle in prices.circles)
