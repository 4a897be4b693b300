"""Search by word among 100,000 reflections, on both engines, beside looking through every text in the same run."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import func, select

from bench.bulk import write
from bench.engines import engines
from bench.table import Row, median_seconds
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.factory import create_app
from unmentor.people.models import Person
from unmentor.reflections.finding import Asked, page_of
from unmentor.reflections.models import Reflection
from unmentor.reflections.search import folded, kind
from unmentor.rounds.models import Round
from unmentor.settings import Settings

REFLECTIONS, WORDS, VOCABULARY, GOAL_MS = 100_000, 50, 20_000, 30
# The number of a word says how rare it is; "covid" is in every third of the oldest third, "tariffs" of the newest, and
# "coffee" in all of the oldest third.
ASKED = (
    ("a rare word", Asked("wyrd9999"), 1),
    ("a common word", Asked("wyrd30"), 1),
    ("a word of everybody", Asked("wŷrd1"), 1),
    ("two words", Asked("wyrd300 wyrd30"), 1),
    ("three words", Asked("wyrd1 wyrd20 wyrd300"), 1),
    ("nothing found", Asked("nowhere"), 1),
    ("page 2", Asked("wyrd30"), 2),
    ("the last page", Asked("wyrd30"), 50),
    ("a common word of old", Asked("covid"), 1),
    ("a common word of old, page 50", Asked("covid"), 50),
    ("all words of old", Asked("coffee"), 1),
    ("a common word of late", Asked("tariffs"), 1),
    ("a word and a topic", Asked("wyrd30", topic="plain-english"), 1),
    ("a word and a rare topic", Asked("wŷrd1", topic="parks"), 1),
    ("a word and a programme", Asked("wyrd30", programme="unmentoring"), 1),
    ("a word and a year", Asked("wyrd30", year="2026"), 1),
    ("a word and a language", Asked("wyrd30", language="cy"), 1),
)
TITLE = f"Search by word among {REFLECTIONS:,} reflections: a page of twenty and how many there are"
HOUSE = Path(__file__).parent.parent
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def rows() -> Iterator[Row]:
    """Measure both engines."""
    with engines() as (folder, urls):
        for engine, url in urls.items():
            yield from _measured(engine, url, folder)


def _measured(engine: str, url: str, folder: Path) -> Iterator[Row]:
    app = create_app(Settings(database_url=url, secret_key="only for this benchmark", instance=folder))
    with app.app_context():
        upgrade(str(HOUSE / "migrations"))
        _fill()
        db.session.execute(db.text("ANALYZE"))
        db.session.commit()
        with app.test_request_context():
            for what, asked, page in ASKED:
                found = page_of(asked, page)
                ours = median_seconds(lambda asked=asked, page=page: list(page_of(asked, page).items), 15) * 1000
                scan = median_seconds(lambda asked=asked: _scan(asked.words), 3) * 1000
                note = f"{'more than ' if found.more else ''}{found.total:,} found"
                yield Row(f"{engine}: {what}", ours, "ms", "every text read", scan, f"< {GOAL_MS} ms", note)
        db.session.remove()
        db.engine.dispose()


def _scan(words: str) -> object:
    there = Reflection.text.icontains(words, autoescape=True)
    return db.session.scalar(select(func.count()).select_from(Reflection).where(there))


def _fill() -> None:
    """Write words as often as people use them: each about as rare as its number says."""
    chance, numbers = random.Random(1), range(1, REFLECTIONS + 1)
    vocabulary, often = (
        [f"wŷrd{n}" for n in range(1, VOCABULARY)],
        list(accumulate(1 / n for n in range(1, VOCABULARY))),
    )
    db.session.add(Person(id=1, name="Siân Ŵyn", organisation="Council", joined_at=START))
    db.session.add(
        Round(id=1, programme_id=1, number=1, state="closed", drawn_at=START, seed=1, algorithm="", digest="",
              inputs={}, certificate={}, proved=True)
    )  # fmt: skip
    db.session.flush()
    write(Conversation, ({"id": n, "round_id": 1, "state": "met", "starts_at": START, "minutes": 30, "room": "",
                          "uid": str(n), "arranged_at": START, "stamped_at": START} for n in numbers))  # fmt: skip
    write(Participation, ({"id": n, "conversation_id": n, "person_id": 1} for n in numbers))

    def written(number: int) -> dict[str, Any]:
        text = " ".join(chance.choices(vocabulary, cum_weights=often, k=WORDS))
        old, late = number < REFLECTIONS / 3, number > REFLECTIONS * 2 / 3
        text += " coffee" * old + (" covid" * old + " tariffs" * late) * (number % 3 == 0)
        at, language = START + timedelta(minutes=number * 10), "cy" if number % 20 == 0 else "en"
        topic = "parks" if number % 500 == 0 else "plain-english" if number % 3 == 0 else "data"
        kinds = (kind("p", 1), kind("l", language), kind("t", topic))
        return {
            "id": number, "slug": f"thought-{number}", "programme_id": 1, "person_id": 1, "participation_id": number,
            "text": text, "search": " ".join((folded(text), *kinds)), "attribution": "name", "state": "published",
            "written_at": at, "published_at": at, "language": language,
        }  # fmt: skip

    write(Reflection, map(written, numbers))
    db.session.commit()
