import csv
import io

import pytest

from unmentor.sheets import WrongSheet, csv_of, lines, text_of

SHEET = "name,email\r\nSiân,sian@gwynedd.gov.uk\r\n"
KNOWN = ("name", "email")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sheet_is_read_however_it_was_saved(encoding: str, separator: str) -> None:
    saved = SHEET.replace(",", separator).encode(encoding)
    assert list(lines(text_of(saved), KNOWN, KNOWN)) == [(2, {"name": "Siân", "email": "sian@gwynedd.gov.uk"})]


def test_a_line_has_the_number_that_it_begins_at() -> None:
    text = 'name,email,colour\n\n"Ada\nLovelace",ada@devon.gov.uk,red\nBen,ben@devon.gov.uk\n'
    assert [(number, cells["email"]) for number, cells in lines(text, KNOWN, KNOWN)] == [
        (3, "ada@devon.gov.uk"), (5, "ben@devon.gov.uk"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "name\nAda\n", 'name,email\nAda,"' + "x" * 200_000 + '"\n'])
def test_what_is_no_sheet_of_ours_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(WrongSheet, match=r"^[^\n]+[.?]$"):
        list(lines(text, KNOWN, KNOWN))


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(WrongSheet, match="CSV UTF-8"):
        text_of(b"PK\x03\x04\x00\x00")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_ever_a_formula_and_comes_back_as_it_was(start: str) -> None:
    evil = f"{start}HYPERLINK(1);=2"
    written = csv_of(KNOWN, [[evil, "ada@devon.gov.uk"]])
    for separator in ",;":
        cells = [cell for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator) for cell in row]
        assert not [cell for cell in cells if cell.startswith(start)]
    [(_number, told)] = lines(written, KNOWN, KNOWN)
    assert told["name"] == evil.strip()


def test_numbers_stay_numbers() -> None:
    assert csv_of(["name", "met"], [["Ada", -3]]) == '"name","met"\r\n"Ada",-3\r\n'
