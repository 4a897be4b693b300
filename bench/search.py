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
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import Asked, page_of
from unmentor.reflections.search import folded
from unmentor.rounds.models import Round
from unmentor.settings import Settings

REFLECTIONS, WORDS, VOCABULARY, GOAL_MS = 100_000, 50, 20_000, 30
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
        for words in ("wŷrd1", "wyrd30", "wyrd300", "wyrd300 wyrd30", "wyrd9999", "nowhere"):
            with app.test_request_context():
                found = page_of(Asked(words=words), 1).total
                ours = median_seconds(lambda words=words: list(page_of(Asked(words=words), 1).items)) * 1000
                scan = median_seconds(lambda words=words: _scan(words), 3) * 1000
            yield Row(
                f"{engine}: “{words}”", ours, "ms", "every text read", scan, f"< {GOAL_MS} ms", f"{found:,} found"
            )
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
        text, at = " ".join(chance.choices(vocabulary, cum_weights=often, k=WORDS)), START + timedelta(minutes=number)
        return {
            "id": number, "slug": f"thought-{number}", "programme_id": 1, "person_id": 1, "participation_id": number,
            "text": text, "search": folded(text), "attribution": "name", "state": "published", "written_at": at,
            "published_at": at,
        }  # fmt: skip

    write(Reflection, map(written, numbers))
    db.session.commit()
