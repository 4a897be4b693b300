"""Is every outcome as likely as any other? Pearson's test, with Wilson and Hilferty's (1931) tail."""

import math
from collections.abc import Hashable, Iterable


def chi_squared(seen: Iterable[Hashable], possible: set[Hashable]) -> tuple[float, float]:
    """Return the statistic of *seen* against an even chance of all that is *possible*, and its p-value."""
    counts = dict.fromkeys(possible, 0)
    total = 0
    for outcome in seen:
        counts[outcome] += 1
        total += 1
    expected = total / len(counts)
    statistic = sum((count - expected) ** 2 / expected for count in counts.values())
    freedom = len(counts) - 1
    if not freedom:
        return statistic, 1.0
    spread = 2 / (9 * freedom)
    return statistic, math.erfc(((statistic / freedom) ** (1 / 3) - (1 - spread)) / math.sqrt(2 * spread)) / 2
