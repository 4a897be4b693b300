"""Finds the tests that PostgreSQL need not run, since others ask it all that they ask: ``make engines``.

They are kept in ``one_engine.txt`` and run on SQLite alone; a test that is not in there runs on both. A statement is
the same whatever its values are; so what is about odd values, or about what happens at the same moment, runs on both.
"""

import inspect
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

FILE = Path(__file__).with_name("one_engine.txt")
STAYS = re.compile(
    "thread|at_once|meanwhile|barrier|pool|race|subprocess|postgresql|dialect|search|odd_|payload", re.IGNORECASE
)
VALUE = re.compile(r"%\(\w+\)s(::\w+)?")
VALUES = re.compile(r"\(\?(, \?)*\)(, \(\?(, \?)*\))*")

asked: dict[str, set[str]] = defaultdict(set)
took: dict[str, float] = defaultdict(float)
stays = set[str]()
now: list[str] = []


@event.listens_for(Engine, "before_cursor_execute")
def _note(connection: Connection, _cursor: object, statement: str, *_more: object) -> None:
    if now and connection.dialect.name == "postgresql":
        asked[now[0]].add(VALUES.sub("(?)", VALUE.sub("?", statement)))


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
    may_go = set(took) - stays
    while new:
        best = max(may_go, key=lambda test: (len(asked[test] & new) / took[test], test))
        new -= asked[best]
        may_go.remove(best)
    return may_go
