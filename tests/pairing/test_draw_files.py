import copy
import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pairing.draw_files import Content, draw_file, forged

from unmentor.pairing.__main__ import main
from unmentor.pairing.draw_file import Refused, check, written
from unmentor.pairing.lottery import commitment, pseudonym, seed_of

ROOT = Path(__file__).parents[2]
FORGERIES, FLIPS = 300, 1000
HARD = {"people": 9, "past": 40, "odd": "sit-out"}


@pytest.mark.parametrize("people", [2, 8, 9, 40])
@pytest.mark.parametrize("past", [0, 3, 9])
def test_a_draw_file_is_the_draw_and_proves_that_none_is_better(people: int, past: int) -> None:
    said = check(written(draw_file(people, past)))
    assert said[0].startswith(f"This is the draw, and no draw could do better: {people} people")
    assert said[-1] == "Nothing was changed by hand."


def test_it_is_checked_with_nothing_but_the_standard_library(tmp_path: Path) -> None:
    file = tmp_path / "draw.json"
    file.write_bytes(written(draw_file()))
    watched = (
        "import sys, runpy; sys.argv = ['', 'verify', sys.argv[1]]\n"
        "try: runpy.run_module('unmentor.pairing', run_name='__main__', alter_sys=False)\n"
        "except SystemExit as end: code = end.code\n"
        "ours = {name.split('.')[0] for name in sys.modules} - {'unmentor', '__main__', '__mp_main__', *dir()}\n"
        "print(sorted(ours - set(sys.stdlib_module_names) - set(sys.builtin_module_names))); sys.exit(code)"
    )
    # -S: nothing that is installed can be imported.
    done = subprocess.run(
        [sys.executable, "-S", "-c", watched, str(file)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *said, others = done.stdout.splitlines()
    assert said[0].startswith("This is the draw")
    assert others == "[]"


def test_a_refusal_is_one_line_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "draw.json"
    file.write_bytes(written(draw_file()).replace(b"Ben Okri", b"Cat Okri"))
    assert main(["verify", str(file)]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "The file was changed after it was written: its checksum does not fit.\n")
    assert main(["verify", str(tmp_path / "nowhere")]) == 1
    assert main(["verify", str(ROOT / "README.md")]) == 1


@pytest.mark.parametrize("nothing", [b"", b"\xff", b"[]", b"{}", b"null", b"[" * 100_000, b'{"format": 1}'])
def test_what_is_no_draw_file_is_refused_in_a_line(nothing: bytes) -> None:
    with pytest.raises(Refused, match="This is no draw file"):
        check(nothing)


def test_a_thousand_altered_bytes_are_refused() -> None:
    file, chance = written(draw_file(8)), Random(11)
    for _try in range(FLIPS):
        place, other = chance.randrange(len(file)), chance.randrange(256)
        if file[place] != other:
            with pytest.raises(Refused):
                check(file[:place] + bytes([other]) + file[place + 1 :])


@pytest.mark.thorough
@pytest.mark.parametrize("content", [draw_file(8), draw_file(**HARD)], ids=["clean", "with prices"])
def test_whatever_decides_is_refused_where_it_is_altered_even_with_the_right_checksum(content: Content) -> None:
    chance = Random(12)
    places = [place for place in _places(content) if place[0] in {"inputs", "chance", "result"}]
    assert {place[:2] for place in places} >= {
        ("inputs", "people"), ("inputs", "history"), ("chance", "seed"), ("chance", "secret"), ("result", "groups"),
        ("result", "certificate"),
    }  # fmt: skip
    for _try in range(FORGERIES):
        place = chance.choice(places)
        with pytest.raises(Refused):
            check(forged(_altered(content, place, chance)))


def test_a_draw_that_is_not_the_best_is_refused_though_all_else_fits() -> None:
    content = draw_file(**HARD)
    content["result"]["certificate"] = {"proof": "clean"}
    with pytest.raises(Refused, match="its certificate"):
        check(forged(content))


def test_what_was_changed_by_hand_is_told_and_has_to_follow_from_the_draw() -> None:
    content = draw_file(8)
    one, other = content["result"]["groups"][:2]
    made = [[one[0], other[1]], [other[0], one[1]]]
    content["changes"] = [{"kind": "swap", "one": one[1], "other": other[1], "undone": [one, other], "made": made}]
    me = content["you"]["id"]
    groups = [*made, *content["result"]["groups"][2:]]
    content["partners"] = [{"id": who, "name": "Cat"} for group in groups if me in group for who in group if who != me]
    assert check(forged(content))[-1] == "Changed by hand after the draw: 1 swap."
    content["changes"][0]["undone"] = [[one[0], other[0]], other]
    with pytest.raises(Refused, match="does not follow"):
        check(forged(content))


def test_another_partner_or_another_ticket_is_refused() -> None:
    content = draw_file(8)
    other = next(who["id"] for who in content["inputs"]["people"] if who["id"] != content["partners"][0]["id"])
    with pytest.raises(Refused, match="your partner"):
        check(forged({**content, "partners": [{"id": other, "name": "Ben"}]}))
    with pytest.raises(Refused, match="Your own pseudonym"):
        check(forged({**content, "you": {**content["you"], "ticket": "another"}}))


def test_draws_that_were_made_again_or_put_aside_are_told() -> None:
    content = draw_file(8)
    for draws, tries in ((2, 0), (1, 3)):
        chance = {**content["chance"], "draws": draws, "tries": tries}
        with pytest.raises(Refused, match="how often"):
            check(forged({**content, "chance": chance}))


def test_the_commitment_and_the_seed_can_be_found_with_any_tool() -> None:
    # printf unmentor | sha256sum; printf '["seed","d",1,0]' | openssl dgst -sha256 -hmac ssss
    assert commitment(b"unmentor") == "07c1ef3f994424ee0698b77d9ff448aabde2f610a7fba50e8feeb574269c8d33"
    assert seed_of(b"ssss", "d", 1, 0) == int("0142e6d24d138d6a", 16) >> 2


def test_another_count_of_draws_is_another_seed() -> None:
    seeds = {seed_of(b"ssss", "d", draws, tries) for draws in (1, 2, 3) for tries in (0, 1, 2)}
    assert len(seeds) == 9
    assert all(0 <= seed < 2**62 for seed in seeds)


def test_a_pseudonym_is_good_for_one_secret_alone() -> None:
    assert pseudonym(b"one", "ticket") != pseudonym(b"two", "ticket") != pseudonym(b"one", "other")


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every text and number in a file."""
    if isinstance(value, dict):
        return [place for name, each in value.items() for place in _places(each, (*path, name))]
    if isinstance(value, list):
        return [place for number, each in enumerate(value) for place in _places(each, (*path, number))]
    return [path]


def _altered(content: Content, place: tuple[Any, ...], chance: Random) -> Content:
    """Return the same file with one text or number changed a little."""
    other: Any = copy.deepcopy(content)
    inner = other
    for step in place[:-1]:
        inner = inner[step]
    old = inner[place[-1]]
    if isinstance(old, str) and old:
        at = chance.randrange(len(old))
        inner[place[-1]] = old[:at] + chance.choice([c for c in "0123456789abcdef" if c != old[at]]) + old[at + 1 :]
    elif isinstance(old, int) and not isinstance(old, bool):
        inner[place[-1]] = old + chance.choice([-1, 1, 1000])
    else:
        inner[place[-1]] = "something"
    return json.loads(json.dumps(other))  # type: ignore[no-any-return]  # - what was JSON is JSON
