"""Spreadsheets: read however they were saved, and written so that no cell is ever a formula."""

import codecs
import csv
import io
from collections.abc import Container, Iterable, Iterator, Sequence

from flask import Response
from flask_babel import gettext as _

# What a spreadsheet program may run (OWASP, CSV injection); the wide ones are the same to Excel in East Asia.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SEPARATORS = ",;\t"
# In characters; a cell of more is the rest of the file, after a quotation mark that nobody closed.
LONGEST_CELL = 100_000


class WrongSheet(ValueError):  # noqa: N818 - it is named by what happened
    """A spreadsheet cannot be read at all; its one line says how to mend it."""


def text_of(data: bytes) -> str:
    """Return what a saved spreadsheet says: in UTF-8, in Excel's UTF-16, or in Windows-1252. Raises WrongSheet."""
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise WrongSheet(_("This is no CSV file. Save it as “CSV UTF-8” and try again."))


def lines(text: str, needed: Sequence[str], known: Container[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line that is not blank: its number in the file, and its cells by column, only those *known*.

    Commas, semicolons or tabs, whichever the first line has most of. Raises WrongSheet, also where *needed* columns are
    missing.
    """
    header = text.removeprefix("\ufeff").partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=max(SEPARATORS, key=header.count)
    )
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        if missing := [column for column in needed if column not in columns]:
            raise WrongSheet(
                _("The first line must name the columns. Missing: %(columns)s.", columns=", ".join(missing))
            )
        begins = reader.line_num + 1
        for cells in reader:
            if any(len(cell) > LONGEST_CELL for cell in cells):
                raise csv.Error
            if any(cell.strip() for cell in cells):
                told = {column: _plain(cell) for column, cell in zip(columns, cells, strict=False) if column in known}
                yield begins, {column: cell for column, cell in told.items() if cell}
            begins = reader.line_num + 1
    except csv.Error:
        said = _("Line %(number)s cannot be read. Is a quotation mark not closed?", number=reader.line_num)
        raise WrongSheet(said) from None


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> str:
    """Return a CSV file (RFC 4180) of *rows* under the names of its *columns*; no text in it is run as a formula."""
    file = io.StringIO(newline="")
    # All text is quoted, or a program that splits at semicolons would find a formula inside a name.
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return file.getvalue()


def download(name: str, text: str) -> Response:
    """Return the answer that saves a CSV file under *name*, with the mark by which Excel knows UTF-8."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: str | int | None) -> str | int:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return "" if cell is None else cell


def _plain(cell: str) -> str:
    """Return a cell without the apostrophe that made it harmless."""
    return (cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell).strip()
