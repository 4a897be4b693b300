"""Which organisations are likely the same, written otherwise. Pure: it is given names, and compares letters."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import pairwise

# What councils call themselves for short.
LONG = {
    "cc": "county council", "bc": "borough council", "dc": "district council", "mbc": "metropolitan borough council",
    "mdc": "metropolitan district council", "cbc": "county borough council", "lb": "london borough",
    "uni": "university", "nhs": "nhs", "dept": "department", "govt": "government",
}  # fmt: skip
SMALL = {"the", "of", "for", "and", "y", "yr", "a"}
# What a place alone may stand for.
KIND = {"county", "borough", "district", "city", "town", "metropolitan", "london", "council", "cyngor", "sir"}
TYPING_ERROR = 0.8
SHORTEST_WORD = 5
INITIALS = re.compile(r"[a-z]{3,6}")


def likely_doubles(people: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return pairs of names that are likely one organisation: what to call otherwise, and its name.

    *people* is how many are from each. The name is the one with more people; of two alike, the longer one.

    >>> likely_doubles({"Devon CC": 2, "Devon County Council": 9, "Leeds": 4})
    [('Devon CC', 'Devon County Council')]
    """
    words = {name: spoken for name in sorted(people) if (spoken := _words(name))}
    found = dict.fromkeys(tuple(sorted(pair)) for pair in _pairs(words) if pair[0] != pair[1])
    pairs = [sorted(pair, key=lambda name: (people[name], len(name), _is_a_name(name), name)) for pair in found]
    return [(less, more) for less, more in sorted(pairs, key=lambda pair: (-people[pair[1]], pair))]


def _is_a_name(name: str) -> bool:
    return name[:1].isupper() and not name.isupper()


def _pairs(words: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    same = defaultdict[tuple[str, ...], list[str]](list)
    for name, each in words.items():
        same[each].append(name)
    for names in same.values():
        yield from pairwise(names)
    # "DCC", where one other name begins so.
    spelled = {name: "".join(word[0] for word in each) for name, each in words.items()}
    for name in words:
        short = re.sub(r"\W", "", name).casefold()
        if INITIALS.fullmatch(short):
            long = [other for other, letters in spelled.items() if letters == short and other != name]
            yield from ((name, other) for other in long if len(long) == 1)
    # "Devon", where only one other is of that place.
    places = defaultdict[tuple[str, ...], list[str]](list)
    for name, each in words.items():
        places[tuple(word for word in each if word not in KIND)].append(name)
    for place, names in places.items():
        bare = [name for name in names if words[name] == place]
        if place and bare and len({words[name] for name in names}) == 2:
            yield from ((name, bare[0]) for name in names if words[name] != place)
    # Typing errors are near each other in the alphabet, forwards or backwards.
    for order in (sorted(words, key=lambda name: words[name]), sorted(words, key=lambda name: words[name][::-1])):
        yield from (pair for pair in pairwise(order) if _one_word_mistyped(words[pair[0]], words[pair[1]]))


def _words(name: str) -> tuple[str, ...]:
    """Return a name without case, accents, punctuation and small words, and with its short forms written out."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    plain = re.sub(r"[.'’]", "", plain)
    spoken = " ".join(LONG.get(word, word) for word in re.findall(r"\w+", plain)).split()
    return tuple(word for word in spoken if word not in SMALL) or tuple(spoken)


def _one_word_mistyped(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if len(one) != len(other):
        return False
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(different) != 1:
        return False
    a, b = different[0]
    long = min(len(a), len(b)) >= SHORTEST_WORD and (a + b).isalpha()
    return long and SequenceMatcher(None, a, b).ratio() >= TYPING_ERROR
