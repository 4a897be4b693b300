"""Find what is public: by word, topic, programme, year and language, newest first."""

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import ClassVar

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, func, select

from unmentor.db import db
from unmentor.programmes.models import Programme
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import public_ones
from unmentor.reflections.search import first, folded, kind, public
from unmentor.words import LANGUAGES

PAGE, IN_A_FEED = 20, 30
# In letters: nobody looks for a text.
LONGEST_SEARCH = 100
# So many of what has common words are counted and shown: to count them all is what takes long.
MOST_FOUND = 1_000
NAME, YEAR = re.compile("[a-z0-9-]{1,80}"), re.compile("(?:19[789]|20[0-9]|21[0-9])[0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader looks for, as it was typed; in an address each has a name."""

    NAMES: ClassVar = ("q", "topic", "programme", "year", "language")
    words: str = ""
    topic: str = ""
    programme: str = ""
    year: str = ""
    language: str = ""

    def __bool__(self) -> bool:
        """Say whether they look for anything."""
        return any(astuple(self))

    @property
    def args(self) -> dict[str, str]:
        """Return what stands in an address that asks the same."""
        return {name: typed for name, typed in zip(self.NAMES, astuple(self), strict=True) if typed}

    @property
    def in_year(self) -> int | None:
        """Return the year that is meant, of those that a database may hold."""
        return int(self.year) if YEAR.fullmatch(self.year) else None


class Found(Pagination):
    """A page of what was asked for."""

    @property
    def more(self) -> bool:
        """Say whether there is more than is counted and shown."""
        return self._all > (self.total or 0)

    def _query_items(self) -> list[Reflection]:
        ways, most, start = self._query_args["ways"], self._query_args["most"], self._query_offset
        if most:
            # To read the numbers of all that are shown takes no longer than to count them.
            numbers = first(ways, most + 1)
            self._all = len(numbers)
            return public_ones(numbers[:most][start : start + self.per_page])
        counted = (select(func.count()).select_from(way.order_by(None).subquery()) for way in ways[-1:])
        self._all = sum(db.session.scalar(each) or 0 for each in counted)
        return public_ones(first(ways if self._all > MOST_FOUND else ways[-1:], self.per_page, start))

    def _query_count(self) -> int:
        return min(self._all, self._query_args["most"] or self._all)


def page_of(asked: Asked, number: int) -> Found:
    """Return a page of what is public, newest first; 404 never, and nothing beyond the last page."""
    most = MOST_FOUND if asked.words else None
    return Found(number, PAGE, PAGE, error_out=False, ways=_ways(asked), most=most)


def newest(asked: Asked = Asked(), most: int = IN_A_FEED) -> Sequence[Reflection]:
    """Return the newest of what is public."""
    return public_ones(first(_ways(asked), most))


def years() -> Sequence[str]:
    """Return the years, in UTC, from the last in which something became public to the first."""
    public = Reflection.state == "published"
    oldest, latest = (
        select(which(Reflection.published_at)).where(public).scalar_subquery() for which in (func.min, func.max)
    )
    begin, end = db.session.execute(select(oldest, latest)).one()
    return [str(year) for year in range(end.year, begin.year - 1, -1)] if begin and end else []


def languages() -> Sequence[str]:
    """Return the languages that something public is in."""
    return [each for each in LANGUAGES if first(_ways(Asked(language=each)), 1)]


def _ways(asked: Asked) -> Sequence[Select[int]]:
    """Return the ways to read the numbers of what is asked for; none where nothing can be meant."""
    programme = asked.programme and db.session.scalar(select(Programme.id).where(Programme.slug == asked.programme))
    kinds = {of: str(value) for of, value in (("t", asked.topic), ("p", programme), ("l", asked.language)) if value}
    known = [kind(of, value) for of, value in kinds.items() if NAME.fullmatch(value)]
    found = public(asked.words, known, asked.in_year)
    meant = [asked.in_year or not asked.year, programme or not asked.programme, folded(asked.words) or not asked.words]
    return found if all(meant) and len(known) == len(kinds) else ()
