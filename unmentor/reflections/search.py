"""Search by word: what is found is folded here, so that SQLite's FTS5 and PostgreSQL's tsvector see the same words."""

import re
import unicodedata

from markupsafe import Markup
from sqlalchemy import ColumnElement, column, false, func, select, table
from sqlalchemy.orm import InstrumentedAttribute

from unmentor.db import db

# A word as it is written, with the accents that some keyboards write as characters of their own.
WORD = re.compile(r"(?:[^\W_][̀-ͯ]*)+")
# A word of so many letters also finds longer ones that begin with it: "library" finds no "libraries", "librar" does.
ALSO_LONGER = 4
# PostgreSQL keeps no word of more than 2 kB.
LONGEST_WORD = 60
INDEX = table("reflection_words", column("rowid"), column("search"))


def folded(text: str) -> str:
    """Return the words of *text*, without accents and capitals, one space between them.

    >>> folded("Tŷ’r Cyngor: 'housing', NOT* data!")
    'ty r cyngor housing not data'
    """
    return " ".join(filter(None, map(_fold, WORD.findall(text))))


def finds(search: InstrumentedAttribute[str], number: InstrumentedAttribute[int], words: str) -> ColumnElement[bool]:
    """Return the condition that every one of *words* is in a row, whose folded words are *search*, *number* its key.

    What was asked for without a letter or digit finds nothing.
    """
    sought = folded(words).split()
    if not sought:
        return false()
    if db.session.get_bind().dialect.name == "postgresql":
        asked = " & ".join(f"'{word}'{':*' if len(word) >= ALSO_LONGER else ''}" for word in sought)
        there = func.array_to_tsvector(func.string_to_array(search, func.chr(32)))
        return there.bool_op("@@")(func.to_tsquery("simple", asked))
    asked = " ".join(f'"{word}"{"*" if len(word) >= ALSO_LONGER else ""}' for word in sought)
    return number.in_(select(INDEX.c.rowid).where(INDEX.c.search.bool_op("MATCH")(asked)))


def marked(text: str, words: str) -> Markup:
    """Return *text* as HTML, with what *words* find marked.

    >>> str(marked("A tŷ is <b>no</b> type.", "ty"))
    'A <mark>tŷ</mark> is &lt;b&gt;no&lt;/b&gt; type.'
    """
    sought = folded(words).split()
    told, end = Markup(""), 0
    for each in WORD.finditer(text) if sought else ():
        word = _fold(each[0])
        if any(word == one or (len(one) >= ALSO_LONGER and word.startswith(one)) for one in sought):
            told += Markup("{}<mark>{}</mark>").format(text[end : each.start()], each[0])
            end = each.end()
    return told + text[end:]


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())[:LONGEST_WORD]
