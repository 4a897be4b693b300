"""Who follows, and what they were told. A follower is an address, not a person."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from unmentor.db import Base
from unmentor.links import NONCE_LENGTH, new_nonce

AT_ONCE, WEEKLY = "at-once", "weekly"
# The topic of who follows everything.
EVERYTHING = ""


class FollowRequest(Base):
    """Somebody asks that we write to an address; nobody there has said yes yet."""

    __tablename__ = "follow_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What the key in its letter names.
    nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    topic: Mapped[str] = mapped_column(String(60), default=EVERYTHING)
    how_often: Mapped[str] = mapped_column(String(7), default=AT_ONCE)
    language: Mapped[str] = mapped_column(String(2), default="en")
    asked_at: Mapped[datetime] = mapped_column(index=True)
    # When its letter was written, or it was found that none should be.
    answered_at: Mapped[datetime | None] = mapped_column(index=True)


class Follower(Base):
    """An address that follows one topic, or everything, because somebody there said so."""

    __tablename__ = "follower"
    # Letters are written in the order of the numbers, so none is given twice.
    __table_args__ = (UniqueConstraint("email", "topic"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    # What the keys in its letters name.
    nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, unique=True)
    email: Mapped[str] = mapped_column(String(254))
    # The short name of a topic, which may be gone and come back; "" for everything.
    topic: Mapped[str] = mapped_column(String(60), default=EVERYTHING)
    how_often: Mapped[str] = mapped_column(String(7), default=AT_ONCE)
    language: Mapped[str] = mapped_column(String(2), default="en")
    # What became public before this is not news to them.
    since: Mapped[datetime]


class Bulletin(Base):
    """What became public and is told to followers together: once a moment, whoever's worker comes first."""

    __tablename__ = "bulletin"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's way to say it

    id: Mapped[int] = mapped_column(primary_key=True)
    # The hour or the week that it is for, as "weekly 2026-11-30": the constraint is why there is one.
    slot: Mapped[str] = mapped_column(String(30), unique=True)
    how_often: Mapped[str] = mapped_column(String(7))
    made_at: Mapped[datetime]
    # The number of the last follower whose letter was written; and when all were.
    told_to: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None] = mapped_column(index=True)


class InBulletin(Base):
    """A reflection is in one bulletin for those who follow at once, in one for the others, and never in a second."""

    __tablename__ = "in_bulletin"

    reflection_id: Mapped[int] = mapped_column(ForeignKey("reflection.id", ondelete="CASCADE"), primary_key=True)
    how_often: Mapped[str] = mapped_column(String(7), primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"), index=True)


def letters_of(bulletin_id: int) -> str:
    """Return what the letters of a bulletin are about."""
    return f"bulletin:{bulletin_id}"
