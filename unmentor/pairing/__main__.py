"""Pair a spreadsheet, or check a draw file, with nothing but the standard library.

``python -m unmentor.pairing people.csv [--met history.csv] [--seed N]``, ``python -m unmentor.pairing verify FILE``.
"""

import argparse
import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from unmentor.pairing import Draw, Entrant, Rules, draw
from unmentor.pairing.draw_file import Refused, check
from unmentor.pairing.entrants import Meeting

BIG = 100_000


class Unreadable(Exception):  # noqa: N818 - reads as what it says: the file is unreadable
    """A file cannot be read; says where and why."""


def main(arguments: list[str] | None = None) -> int:
    """Pair and print, or check; return 0, or 2 after one clear line where something cannot be read."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["verify"]:
        return _verify(given[1:])
    asked = _parser().parse_args(given)
    try:
        people, lines = _people(asked.people)
        history = list(_meetings(asked.met)) if asked.met else []
        _check_ids(people, lines, asked.people)
        _say(f"Drawing {len(people):,} people …", len(people))
        rules = Rules(odd=asked.odd, same_organisation=asked.same_organisation)
        _write(draw(people, history, rules, seed=asked.seed))
    except (Unreadable, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command talks
        return 2
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def _verify(arguments: list[str]) -> int:
    """Say what is to be said of a draw file; return 0, or 1 after one clear line where it is not what it claims."""
    parser = argparse.ArgumentParser(
        prog="python -m unmentor.pairing verify", description="Check that a draw file is the draw, and the best."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a draw file, from your own page")
    path = parser.parse_args(arguments).file
    try:
        print("\n".join(check(path.read_bytes())))  # noqa: T201 - a command talks
    except (Refused, OSError) as error:
        print(error.strerror if isinstance(error, OSError) else error, file=sys.stderr)  # noqa: T201 - as above
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m unmentor.pairing",
        description="Pair the people of a spreadsheet, nobody twice while avoidable.",
        epilog="To check the draw file of a round: python -m unmentor.pairing verify FILE",
    )
    parser.add_argument(
        "people", type=Path, metavar="PEOPLE.csv", help="columns: id; optionally organisation, not_with"
    )
    parser.add_argument("--met", type=Path, metavar="HISTORY.csv", help="who met before; columns: round, a, b")
    parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same pairs (default: 0)")
    parser.add_argument("--odd", choices=("trio", "sit-out"), default="trio", help="what becomes of an odd one out")
    parser.add_argument("--same-organisation", choices=("avoid", "forbid", "allow"), default="avoid")
    return parser


def _rows(path: Path, needed: set[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its line number; commas or semicolons, with or without a byte order mark."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Unreadable(f"{path}, line {line}: not UTF-8; save the file as “CSV UTF-8”") from None
    heading = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";" if heading.count(";") > heading.count(",") else ",")
    columns: list[str] = []
    try:
        for cells in rows:
            if not columns:
                columns = [name.strip().lower() for name in cells]
                if missing := sorted(needed.difference(columns)):
                    raise Unreadable(f"{path}, line 1: there is no column {' or '.join(missing)}")
            elif any(cell.strip() for cell in cells):
                if len(cells) > len(columns):
                    raise Unreadable(f"{path}, line {rows.line_num}: {len(cells)} cells under {len(columns)} headings")
                _say(f"Reading {path}, line {rows.line_num:,} …", rows.line_num, every=BIG)
                yield rows.line_num, {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    except csv.Error as error:
        raise Unreadable(f"{path}, line {rows.line_num}: {error}") from None
    if not columns:
        raise Unreadable(f"{path}, line 1: the file is empty")


def _people(path: Path) -> tuple[list[Entrant], dict[str, int]]:
    """Return everyone in *path* and the line where each stands."""
    people: list[Entrant] = []
    lines: dict[str, int] = {}
    for line, row in _rows(path, {"id"}):
        who = row.get("id", "")
        if not who:
            raise Unreadable(f"{path}, line {line}: the id is empty")
        if who in lines:
            raise Unreadable(f"{path}, line {line}: {who} is already on line {lines[who]}")
        lines[who] = line
        people.append(Entrant(who, row.get("organisation", ""), not_with=frozenset(row.get("not_with", "").split())))
    return people, lines


def _check_ids(people: list[Entrant], lines: dict[str, int], path: Path) -> None:
    for entrant in people:
        for other in sorted(map(str, entrant.not_with)):
            if other not in lines:
                where = f"{path}, line {lines[str(entrant.id)]}"
                raise Unreadable(f"{where}: {entrant.id} is not to be with {other}, who is not in the file")


def _meetings(path: Path) -> Iterator[Meeting]:
    """Yield the meetings in *path*."""
    for line, row in _rows(path, {"round", "a", "b"}):
        number, a, b = (row.get(name, "") for name in ("round", "a", "b"))
        if not number.removeprefix("-").isdecimal():
            raise Unreadable(f"{path}, line {line}: the round is {number or 'empty'}, not a number")
        if not a or not b or a == b:
            raise Unreadable(f"{path}, line {line}: {a or 'nobody'} cannot have met {b or 'nobody'}")
        yield int(number), a, b


def _write(result: Draw) -> None:
    """Print group, id and the round in which these people last met; who is left out has no group."""
    met = {frozenset((again.a, again.b)): again.last_met for again in result.repeats}
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("group", "id", "met_before"))
    for number, group in enumerate(result.groups, 1):
        for who in group:
            rounds = [met[pair] for pair in (frozenset((who, other)) for other in group) if pair in met]
            out.writerow((number, who, max(rounds, default="")))
    for who in result.left_out:
        out.writerow(("", who, ""))


def _say(what: str, size: int, every: int = 1) -> None:
    """Show progress where somebody watches and there is much to do."""
    if size >= BIG and size % every == 0 and sys.stderr.isatty():
        print(what, file=sys.stderr)  # noqa: T201 - a command talks


if __name__ == "__main__":
    sys.exit(main())
