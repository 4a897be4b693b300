"""What is public, newest first, by its words and kinds: SQLite's FTS5 and PostgreSQL's tsvector see the same ones.

Triggers keep the index of what is public at this moment, whoever writes it: see migrations 0048 and 0051.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from markupsafe import Markup
from sqlalchemy import Integer, Select, bindparam, cast, column, func, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from unmentor.db import db

# A word as it is written, with the accents that some keyboards write as characters of their own.
WORD = re.compile(r"(?:[^\W_][̀-ͯ]*)+")
# A word of so many letters also finds longer ones that begin with it: "library" finds no "libraries", "librar" does.
ALSO_LONGER = 4
# PostgreSQL keeps what words begin with as words of their own, up to so many letters: FTS5 does so by itself.
BEGINNING = 6
# PostgreSQL keeps no word of more than 2 kB.
LONGEST_WORD = 60
# What no folded word begins with: a kind, such as a topic, is filtered by as if it were a word.
KIND, HYPHEN = "\ue000", "\ue001"
# PostgreSQL's table, and SQLite's two: there a place is the millisecond of publication, and a number within it.
IN_ORDER = table("reflection_words", column("id", Integer), column("at"), column("words"))
WORDS = table("reflection_words", column("rowid", Integer), column("reflection_words"))
PLACES = table("reflection_words_place", column("place", Integer), column("reflection_id"))
PLACES_A_SECOND = 1_000_000_000
# PostgreSQL thinks that a word is as common in every year, and would read all of the years that have none of it.
NEWEST = 10_000


def folded(text: str) -> str:
    """Return the words of *text*, without accents and capitals, one space between them.

    >>> folded("Tŷ’r Cyngor: 'housing', NOT* data!")
    'ty r cyngor housing not data'
    """
    return " ".join(filter(None, map(_fold, WORD.findall(text))))


def kind(of: str, value: object) -> str:
    """Return the word that stands for a kind of thing, such as a topic, in what is searched."""
    return f"{KIND}{of}{str(value).replace('-', HYPHEN)}"


def public(words: str = "", kinds: Iterable[str] = (), year: int | None = None) -> Sequence[Select[int]]:
    """Return ways to read the numbers of what is public, newest first, with all of *words* and *kinds*, of a *year* in
    UTC; the last always finds all, and each before it is faster where what is asked for is common of late.
    """
    sought = [(word, len(word) >= ALSO_LONGER) for word in folded(words).split()] + [(each, False) for each in kinds]
    years = (datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)) if year else ()
    if db.session.get_bind().dialect.name == "postgresql":
        return _in_postgresql(sought, years)
    return [_in_sqlite(sought, years)]


def first(ways: Sequence[Select[int]], most: int, after: int = 0) -> Sequence[int]:
    """Return at most so many numbers *after* so many, of what these *ways* find; none where there is no way."""
    found: Sequence[int] = ()
    for way in ways:
        found = db.session.scalars(way.limit(most).offset(after)).all()
        if len(found) == most:
            break
    return found


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


def _in_postgresql(sought: list[tuple[str, bool]], years: tuple[datetime, ...]) -> Sequence[Select[int]]:
    here = IN_ORDER.c
    within = [here.at >= years[0], here.at < years[1]] if years else []
    found, in_order = select(here.id).where(*within), (here.at.desc(), here.id.desc())
    if not sought:
        return [found.order_by(*in_order)]
    asked = " & ".join(f"'{word}'{':*' if longer and len(word) > BEGINNING else ''}" for word, longer in sought)
    # Written out, so that each question is planned for how common its words are, and never for any.
    found = found.where(here.words.bool_op("@@")(cast(bindparam(None, asked, literal_execute=True), TSQUERY)))
    # Numbers grow about as things become public: to count so many that were public last would take longer.
    newest = select(here.id).where(*within).order_by(*in_order).limit(1).scalar_subquery()
    since = select(here.at).where(here.id <= newest - NEWEST).order_by(here.id.desc()).limit(1).scalar_subquery()
    lately = here.at >= func.coalesce(since, datetime.min.replace(tzinfo=UTC))
    # What has an offset is planned by itself: all of it is found by its words, and not looked for from the newest on.
    whole = found.add_columns(here.at).offset(0).subquery().c
    return [found.where(lately).order_by(*in_order), select(whole.id).order_by(whole.at.desc(), whole.id.desc())]


def _in_sqlite(sought: list[tuple[str, bool]], years: tuple[datetime, ...]) -> Select[int]:
    query, place = select(PLACES.c.reflection_id), PLACES.c.place
    if sought:
        asked = " ".join(f'"{word}"{"*" if longer else ""}' for word, longer in sought)
        place = WORDS.c.rowid
        query = query.join(WORDS, place == PLACES.c.place).where(WORDS.c.reflection_words.bool_op("MATCH")(asked))
    begin, end = (int(each.timestamp()) * PLACES_A_SECOND for each in years) if years else (None, None)
    return (query.where(place >= begin, place < end) if years else query).order_by(place.desc())
