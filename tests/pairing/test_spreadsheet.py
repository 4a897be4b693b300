"""An organiser with a spreadsheet needs nothing but the command."""

import csv

import pytest

from unmentor.pairing.__main__ import main


@pytest.fixture
def pair(tmp_path, capsys):
    def run(people, met=None, *more, encoding="utf-8"):
        (tmp_path / "people.csv").write_bytes(people.encode(encoding))
        arguments = [str(tmp_path / "people.csv"), *more]
        if met is not None:
            (tmp_path / "met.csv").write_text(met)
            arguments += ["--met", str(tmp_path / "met.csv")]
        code = main(arguments)
        printed = capsys.readouterr()
        return code, list(csv.DictReader(printed.out.splitlines())), printed.err.replace(str(tmp_path) + "/", "")

    return run


def test_people_are_paired_and_their_last_meeting_is_told(pair):
    code, rows, _ = pair("id\nada\nben\n", "round,a,b\n3,ben,ada\n")
    assert code == 0
    assert rows == [{"group": "1", "id": who, "met_before": "3"} for who in [rows[0]["id"], rows[1]["id"]]]
    assert {row["id"] for row in rows} == {"ada", "ben"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("comma", [",", ";"])
def test_excel_may_write_a_mark_and_semicolons(pair, encoding, comma):
    code, rows, _ = pair(f"id{comma}organisation\r\nÉdith{comma}Dévon\r\nben{comma}\r\n", encoding=encoding)
    assert code == 0
    assert {row["id"] for row in rows} == {"Édith", "ben"}


def test_the_same_seed_prints_the_same(pair):
    sheet = "id\n" + "\n".join(f"p{number}" for number in range(31))
    assert pair(sheet, None, "--seed", "4") == pair(sheet, None, "--seed", "4")
    assert pair(sheet, None, "--seed", "4") != pair(sheet, None, "--seed", "5")


def test_whoever_is_not_to_meet_does_not(pair):
    _, rows, _ = pair("id,not_with\nada,ben cat\nben,\ncat,\ndan,\n")
    group = {row["id"]: row["group"] for row in rows}
    assert group["ada"] == group["dan"]


def test_whoever_is_left_out_has_no_group(pair):
    _, rows, _ = pair("id\nada\nben\ncat\n", None, "--odd", "sit-out")
    assert [row["group"] for row in rows] == ["1", "1", ""]


@pytest.mark.parametrize(
    ("people", "met", "said"),
    [
        ("", None, "people.csv, line 1: the file is empty"),
        ("name\nada\n", None, "people.csv, line 1: there is no column id"),
        ("id\nada\n\nada\n", None, "people.csv, line 4: ada is already on line 2"),
        ("id,organisation\nada,\n,Devon\n", None, "people.csv, line 3: the id is empty"),
        ("id,not_with\nada,zoe\n", None, "people.csv, line 2: ada is not to be with zoe, who is not in the file"),
        ("id\nada,Devon\n", None, "people.csv, line 2: 2 cells under 1 headings"),
        ("id\nada\n", "round,a\n1,ada\n", "met.csv, line 1: there is no column b"),
        ("id\nada\n", "round,a,b\nfirst,ada,ben\n", "met.csv, line 2: the round is first, not a number"),
        ("id\nada\n", "round,a,b\n1,ada,ada\n", "met.csv, line 2: ada cannot have met ada"),
    ],
)
def test_an_error_names_file_line_and_reason(pair, people, met, said):
    code, rows, error = pair(people, met)
    assert (code, rows, error) == (2, [], said + "\n")


def test_another_encoding_is_named_with_its_line(pair):
    code, _, error = pair("id\nada\nÉdith\n", encoding="latin-1")
    assert code == 2
    assert error.startswith("people.csv, line 3: not UTF-8")


def test_a_missing_file_is_named(capsys):
    assert main(["nowhere.csv"]) == 2
    assert capsys.readouterr().err == "nowhere.csv: No such file or directory\n"
