"""How sure a share is, and how sure the difference of two. Pure."""

from math import sqrt

# Of the normal distribution, so much lies within 95%.
Z = 1.959963984540054


def wilson(said: int, of: int) -> tuple[float, float]:
    """Return the 95% interval of a share, from 0 to 1, by Wilson (1927): honest for few answers and near 0 and 1.

    >>> [round(end, 4) for end in wilson(15, 148)]
    [0.0624, 0.1605]
    """
    spread = Z * sqrt(said * (of - said) / of + Z * Z / 4)
    middle, width = said + Z * Z / 2, of + Z * Z
    return max(0.0, (middle - spread) / width), min(1.0, (middle + spread) / width)


def newcombe(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float, float]:
    """Return by how much the share of *one* is above the *other*'s, and its 95% interval; each is said and of how many.

    Newcombe (1998), method 10: the square-and-add of Wilson's intervals, without a correction for continuity.

    >>> [round(value, 4) for value in newcombe((56, 70), (48, 80))]
    [0.2, 0.0524, 0.3339]
    """
    (low, high), (lower, higher) = wilson(*one), wilson(*other)
    share, against = one[0] / one[1], other[0] / other[1]
    down, up = sqrt((share - low) ** 2 + (higher - against) ** 2), sqrt((high - share) ** 2 + (against - lower) ** 2)
    return share - against, share - against - down, share - against + up
