"""Finds the tests that PostgreSQL need not run, since others ask it all that they ask: ``make engines``.

They are kept in ``one_engine.txt`` and run on SQLite alone; a test that is not in there runs on both. A statement is
the same whatever its values are; so what is about odd values, or about what happens at the same moment, runs on both.
What a test itself asks, to prepare or to look, is no statement of the service.
"""

import inspect
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

FILE = Path(__file__).with_name("one_engine.txt")
SERVICE = tuple(str(FILE.parent.parent / room) + "/" for room in ("unmentor", "migrations"))
STAYS = re.compile(
    r"thread|at_once|meanwhile|barrier|pool|(?<![a-z])races?(?![a-z])|subprocess|postgresql|dialect|(?<!\.)search|odd_"
    r"|(?<!get_)payload|migrations",
    re.IGNORECASE,
)
# What stands in a statement for a value; a list of values is one, and so are many rows.
VALUE = re.compile(r"%\(\w+\)s(::\w+( WITH(OUT)? TIME ZONE| PRECISION)?)?|(?<=CAST\()'.*?'(?= AS TSQUERY\))")
VALUES = re.compile(r"\(\?(, \?)*(, \d+)?\)(, \(\?(, \?)*(, \d+)?\))*")
NUMBER = re.compile(r"(?<=sa_savepoint_)\d+")
# To change several columns is to change each of them.
CHANGE = re.compile(r"(UPDATE \w+ SET )(\w+=\?(?:, \w+=\?)*)( WHERE .*)?", re.DOTALL)

asked: dict[str, set[str]] = defaultdict(set)
took: dict[str, float] = defaultdict(float)
stays = set[str]()
now: list[str] = []


@event.listens_for(Engine, "before_cursor_execute")
def _note(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
    if now and connection.dialect.name == "postgresql" and by_the_service():
        asked[now[0]] |= without_values(statement)


def by_the_service() -> bool:
    """Return whether the service is at work, and not the test alone."""
    frame = sys._getframe()
    while frame.f_back and not frame.f_code.co_filename.startswith(SERVICE):
        frame = frame.f_back
    return frame.f_back is not None


def without_values(statement: str) -> set[str]:
    """Return a statement as it is whatever its values are, and however many; a change as one of each column."""
    plain = NUMBER.sub("", VALUES.sub("(?)", VALUE.sub("?", statement)))
    change = CHANGE.fullmatch(plain)
    return {change[1] + column + (change[3] or "") for column in change[2].split(", ")} if change else {plain}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Function) -> Iterator[None]:
    now[:], begun = [item.nodeid.partition("[")[0]], time.monotonic()
    answer = yield
    took[now[0]] += time.monotonic() - begun
    if STAYS.search(now[0] + inspect.getsource(item.function)):
        stays.add(now[0])
    return answer


def pytest_sessionfinish(exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK:
        FILE.write_text("\n".join(sorted(spared(asked, took, stays))) + "\n")


def spared(asked: dict[str, set[str]], took: dict[str, float], stays: set[str]) -> set[str]:
    """Return the tests that add nothing to those that stay and to the cheapest that ask all the rest."""
    new = set().union(*asked.values()).difference(*(asked[test] for test in stays))
    may_go, chosen = set(took) - stays, []
    while new:
        best = max(may_go, key=lambda test: (len(asked[test] & new) / took[test], test))
        new -= asked[best]
        may_go.remove(best)
        chosen.append(best)
    # Those that were chosen later may ask all that one asks which was chosen before.
    by = Counter(statement for test in (*stays, *chosen) for statement in asked[test])
    for test in sorted(chosen, key=lambda test: (-took[test], test)):
        if all(by[statement] > 1 for statement in asked[test]):
            by.subtract(asked[test])
            may_go.add(test)
    return may_go
