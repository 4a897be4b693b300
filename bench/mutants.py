"""How many small faults the tests notice: change one thing at a time, run the tests that reach it, and count.

``python -m bench mutants`` takes a sample, since all would take a night: MUTANTS=300 says how many, SEED=1 which, and
ROOMS="rounds mail" where. First the suite runs once under coverage, to learn which test reaches which line; a mutant
is made only in a line that a test reaches, and only those tests run on it, on SQLite.
"""

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from random import Random

from bench.table import Row

TITLE = "Mutants that the tests notice"
ROOT = Path(__file__).parent.parent
ROOMS = ("conversations", "rounds", "people", "privacy", "mail", "worker")
TREE = ("unmentor", "templates", "static", "migrations", "tests", "bench", "app.py", "pyproject.toml", "README.md")
AT_ONCE = 2
GOAL = 85
# A test run that takes longer has met an endless loop: noticed.
LONGEST = 240
# So many tests are enough to notice; the most particular ones, which reach the fewest lines, come first.
TESTS = 25
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: where it is, what it says there, and the whole file with it."""

    path: str
    line: int
    change: str
    source: str

    @property
    def room(self) -> str:
        """Return the room that it is in."""
        return Path(self.path).parts[1].removesuffix(".py")


def rows() -> Iterator[Row]:
    """Yield how many mutants of each room died; those that live are printed to be read."""
    reach = _reach()
    found = [mutant for mutant in _mutants() if (mutant.path, mutant.line) in reach]
    sample = Random(int(os.environ.get("SEED", "1"))).sample(
        found, min(int(os.environ.get("MUTANTS", "300")), len(found))
    )
    sample.sort(key=lambda mutant: (mutant.room, mutant.path, mutant.line))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            trees.put(_copied(Path(folder) / str(number)))
        noticed = list(pool.map(lambda mutant: _is_noticed(mutant, reach[mutant.path, mutant.line], trees), sample))
    for mutant, dead in zip(sample, noticed, strict=True):
        if not dead:
            print(f"lives: {mutant.path}:{mutant.line}: {mutant.change}", file=sys.stderr)
    for room, pairs in groupby(zip(sample, noticed, strict=True), key=lambda pair: pair[0].room):
        dead = [killed for _mutant, killed in pairs]
        yield Row(room, 100 * sum(dead) / len(dead), "%", goal=f">= {GOAL} %", note=f"{len(dead)} mutants")
    note = f"{len(sample)} of {len(found)} in lines that are reached"
    yield Row("all", 100 * sum(noticed) / len(noticed), "%", goal=f">= {GOAL} %", note=note)


def _reach() -> dict[tuple[str, int], list[str]]:
    """Run the suite once and return the tests that reach each line of the rooms, the most particular first."""
    from coverage import CoverageData  # only this benchmark needs it

    reach: dict[tuple[str, int], list[str]] = {}
    width: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        kept, settings = Path(folder) / "coverage", Path(folder) / "coveragerc"
        settings.write_text("[run]\nsource = unmentor\ndynamic_context = test_function\n")
        coverage = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", f"--data-file={kept}"]
        _tests(ROOT, [*coverage, "-m", "pytest"], ["tests"], check=True)
        data = CoverageData(str(kept))
        data.read()
        for file in data.measured_files():
            path = str(Path(file).relative_to(ROOT))
            for line, tests in data.contexts_by_lineno(file).items():
                named = [test for test in tests if test.startswith("test_")]  # and not what Flask calls test_client
                reach[path, line] = named
                for test in named:
                    width[test] = width.get(test, 0) + 1
    return {where: sorted(tests, key=width.__getitem__) for where, tests in reach.items() if tests}


def _mutants() -> Iterator[Mutant]:
    """Yield every change to the rooms, one at a time."""
    rooms = os.environ.get("ROOMS", " ".join(ROOMS)).split()
    for room in rooms:
        folder = ROOT / "unmentor" / room
        for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]:
            tree = ast.parse(path.read_text())
            for line, change in _changes(tree):
                yield Mutant(str(path.relative_to(ROOT)), line, change, ast.unparse(tree))


def _changes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Change *tree*, yield where and how, and change it back; annotations and docstrings stay as they are."""
    for node in ast.walk(tree):
        for parent, name, was, now in _turned(node):
            setattr(parent, name, now)
            yield getattr(node, "lineno", 0), f"{_said(was)} → {_said(now)}"
            setattr(parent, name, was)


def _turned(node: ast.AST) -> Iterator[tuple[ast.AST, str, object, object]]:
    """Yield what may be changed at a node: in what, which field, from what, to what."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            yield node, "ops", [op], [SWAPPED[type(op)]()]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in SWAPPED:
            yield node, "op", op, SWAPPED[type(op)]()
        case ast.UnaryOp(op=ast.Not() as op):
            yield node, "op", op, ast.UAdd()
        case ast.Constant(value=bool() as value):
            yield node, "value", value, not value
        case ast.Constant(value=int() as value):
            yield node, "value", value, value + 1
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield node, "test", test, ast.UnaryOp(ast.Not(), copy.deepcopy(test))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield node, "value", value, ast.Constant(None)
        case ast.Expr(value=ast.Call() as call):
            yield node, "value", call, ast.Constant(None)


def _said(what: object) -> str:
    if isinstance(what, list):
        return " ".join(map(_said, what))
    return ast.unparse(what)[:80] or type(what).__name__ if isinstance(what, ast.AST) else repr(what)


def _copied(tree: Path) -> Path:
    for name in TREE:
        source, target = ROOT / name, tree / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return tree


def _is_noticed(mutant: Mutant, tests: list[str], trees: "SimpleQueue[Path]") -> bool:
    """Say whether the tests that reach a mutant fail with it."""
    tree = trees.get()
    where = tree / mutant.path
    whole = where.read_text()
    try:
        where.write_text(mutant.source)
        return not _tests(tree, [sys.executable, "-m", "pytest"], [_place(test) for test in tests[:TESTS]])
    except subprocess.TimeoutExpired:
        return True
    finally:
        where.write_text(whole)
        trees.put(tree)


def _place(test: str) -> str:
    """Return a test, as coverage names it ("test_mend.test_nobody…"), as pytest does."""
    module, _, name = test.partition(".")
    found = next(iter((ROOT / "tests").rglob(f"{module}.py")))
    return f"{found.relative_to(ROOT)}::{name.replace('.', '::')}"


def _tests(tree: Path, run: list[str], tests: list[str], check: bool = False) -> bool:
    """Run tests on SQLite in a tree and say whether all pass. Raises CalledProcessError where told to check."""
    options = ["-x", "-q", "-k", "not postgresql", "-m", "not thorough", "-p", "no:cacheprovider"]
    command = [*run, *options, "--ignore=tests/journeys", *tests]
    done = subprocess.run(command, cwd=tree, capture_output=True, timeout=None if check else LONGEST, check=check)
    return done.returncode == 0
