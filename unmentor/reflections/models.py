"""What somebody learned, and the topics it belongs to."""

import textwrap
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import JSON, Column, Connection, ForeignKey, Index, String, Table, Text, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from unmentor.conversations.models import Participation
from unmentor.db import Base
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.reflections.search import folded, kind

ATTRIBUTIONS = ("name", "first-name", "organisation", "anonymous")
HEADLINE = 80

reflection_topic = Table(
    "reflection_topic",
    Base.metadata,
    Column("reflection_id", ForeignKey("reflection.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Topic(Base):
    """A word that reflections share."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))


class Reflection(Base):
    """What somebody learned: pending, then published or returned; withdrawn when they take it back."""

    __tablename__ = "reflection"
    __table_args__ = (Index("ix_reflection_feed", "state", "published_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str] = mapped_column(String(2000))
    link: Mapped[str] = mapped_column(String(500), default="")
    # name, first-name, organisation or anonymous
    attribution: Mapped[str] = mapped_column(String(12))
    # As it was named when it was written and looked at: whoever changes their name afterwards does not change this.
    signed_name: Mapped[str] = mapped_column(String(100), default="")
    signed_place: Mapped[str] = mapped_column(String(100), default="")
    language: Mapped[str] = mapped_column(String(2), default="en")
    state: Mapped[str] = mapped_column(String(9), default="pending")
    # What the organiser asked to change, when it was returned.
    note: Mapped[str] = mapped_column(String(500), default="")
    # When an organiser decided on it, and what it was before: so long as that can be undone.
    decided_at: Mapped[datetime | None]
    decided_from: Mapped[str | None] = mapped_column(String(9))
    written_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    # What stood there in public before its writer changed it: kept until an organiser has read the change.
    was: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # What it is found by: its words, topics and the organisation given, folded, and its kinds as words of their own.
    # Each database indexes by itself what of this is public.
    search: Mapped[str] = mapped_column(Text, default="", server_default="")

    programme: Mapped[Programme] = relationship()
    person: Mapped[Person] = relationship()
    participation: Mapped[Participation] = relationship()
    topics: Mapped[list[Topic]] = relationship(secondary=reflection_topic, order_by=Topic.name)

    @property
    def byline(self) -> str:
        """Return whose words these are, as they were signed."""
        return _byline(self.signed_name, self.signed_place)

    @property
    def shown(self) -> dict[str, Any]:
        """Return what readers see of it, ready for JSON."""
        names = [topic.name for topic in self.topics]
        return {"text": self.text, "link": self.link, "signed": self.byline, "topics": names}

    @property
    def version(self) -> str:
        """Return what tells this writing from the one before it, and from none."""
        return self.written_at.isoformat() if self.written_at else ""

    @property
    def changed_at(self) -> datetime | None:
        """Return when it was changed after it was first public; None where it was not."""
        return self.written_at if self.published_at and self.published_at < self.written_at else None

    @property
    def updated_at(self) -> datetime | None:
        """Return when what readers see was last new to them."""
        return self.changed_at or self.published_at

    @property
    def headline(self) -> str:
        """Return its first words, in one line."""
        return textwrap.shorten(self.text, HEADLINE, placeholder="…").removeprefix("…") or self.text[:HEADLINE] + "…"


@event.listens_for(Reflection, "before_insert")
@event.listens_for(Reflection, "before_update")
def _can_be_found(_mapper: Mapper[Reflection], _connection: Connection, reflection: Reflection) -> None:
    names = [topic.name for topic in reflection.topics]
    words = folded(" ".join((reflection.text, *names, reflection.signed_place or "")))
    topics = [kind("t", topic.slug) for topic in reflection.topics]
    of = (kind("p", reflection.programme_id), kind("l", reflection.language or "en"), *topics)
    reflection.search = " ".join((words, *of)).strip()


def letters_about(reflection: Reflection) -> str:
    """Return how the subject of every letter about a reflection begins."""
    return f"reflection:{reflection.id}:"


def signature(person: Person, attribution: str) -> tuple[str, str]:
    """Return the name and the organisation that *person* signs with as they chose, each "" where it is not shown."""
    name = {"name": person.name, "first-name": person.first_name}.get(attribution, "")
    return name, "" if attribution == "anonymous" else person.organisation


def byline(person: Person, attribution: str) -> str:
    """Return how *person* would be named under their words today."""
    return _byline(*signature(person, attribution))


def _byline(name: str, place: str) -> str:
    if not place:
        return name or str(_("Someone"))
    return str(_("%(name)s, %(place)s", name=name, place=place) if name else _("Someone at %(place)s", place=place))
