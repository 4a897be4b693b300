"""One draw of one programme, whom it left out, what people changed of it, and the small draws that mended it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unmentor.conversations.models import Conversation
from unmentor.db import Base, only
from unmentor.people.models import Person
from unmentor.programmes.models import Programme

WAITING = text("state = 'drawn'")


class KeptDraw:
    """What makes a draw repeatable and provable: who took part under which rules, and what came of it.

    The long ones are read only by whoever draws: a page about one conversation should not carry ten thousand people.
    """

    inputs: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    seed: Mapped[int] = mapped_column(BigInteger)
    algorithm: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    certificate: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    proved: Mapped[bool]
    # The ids of those who were drawn together, as they were drawn, whatever became of their conversations since.
    groups: Mapped[list[list[int]]] = mapped_column(JSON, deferred=True)


class Round(KeptDraw, Base):
    """One draw: drawn, then sent, then closed; or cancelled before it closed."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        # Two people press "draw" at once: one round.
        Index("one_drawn_round", "programme_id", unique=True, sqlite_where=WAITING, postgresql_where=WAITING),
        # Mail is about a round by its id, so that of one that was drawn again must never come back.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(9), default="drawn")
    drawn_at: Mapped[datetime]
    # When it is to leave by itself, once somebody has let it go; until then they can stop it.
    send_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    plan: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    # Who had met whom by then: see memory.py.
    learned: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    # Why it happened later than the schedule says, in hours.
    late_hours: Mapped[int] = mapped_column(default=0)
    # The chance that the programme had committed to, and since when; none where an organiser chose the seed, or it had
    # committed to nothing. The secret is here once the round is sent.
    commitment: Mapped[str | None] = mapped_column(String(64))
    committed_at: Mapped[datetime | None]
    secret: Mapped[str | None] = mapped_column(String(64))
    own_seed: Mapped[bool] = mapped_column(default=False)
    # Which draw it is of those that were made of it; not known of rounds from before this was counted.
    draws: Mapped[int | None]
    # How many draws were put aside since two would have met who are to be kept apart; none where there is no draw file.
    tries: Mapped[int | None]
    # What the organisers say in its invitations.
    word: Mapped[str] = mapped_column(String(500), default="")

    programme: Mapped[Programme] = relationship()
    conversations: Mapped[list[Conversation]] = relationship(
        back_populates="round", order_by=Conversation.id, cascade="all, delete-orphan"
    )
    left_out: Mapped[list["LeftOut"]] = relationship(cascade="all, delete-orphan", order_by="LeftOut.person_id")
    mendings: Mapped[list["Mending"]] = relationship(
        back_populates="round", cascade="all, delete-orphan", order_by="Mending.id"
    )
    changes: Mapped[list["Change"]] = relationship(
        back_populates="round", cascade="all, delete-orphan", order_by="Change.id"
    )

    @property
    def says(self) -> str:
        """Return what the organisers say in its invitations; until it is sent, what they would say by now."""
        return (self.programme.word if self.state == "drawn" else "") or self.word

    @property
    def in_hand(self) -> bool:
        """Say whether somebody has let it go, or changed it by hand: another draw would undo what they did."""
        return self.send_at is not None or bool(self.changes)

    @property
    def drawn(self) -> list[Conversation]:
        """Return the conversations that its draw made, without those that mended it later."""
        return [conversation for conversation in self.conversations if not conversation.mended]

    @property
    def still_out(self) -> list["LeftOut"]:
        """Return whom it left out and nobody was found for since."""
        talking = {part.person_id for talk in self.conversations if talk.state != "cancelled" for part in talk.present}
        return [out for out in self.left_out if out.person_id not in talking]

    @property
    def people(self) -> int:
        """Return how many people it drew, those left out included."""
        parts = [part for conversation in self.drawn for part in conversation.participations]
        return sum(part.joined_at is None for part in parts) + len(self.left_out)

    @property
    def repeats(self) -> int:
        """Return how many of its conversations are between people who had met."""
        return sum(conversation.repeat for conversation in self.drawn)


class LeftOut(Base):
    """Somebody for whom a round had nobody."""

    __tablename__ = "left_out"
    # Asked every minute.
    __table_args__ = (only("ix_left_out_to_tell", "round_id", "to_tell"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    # They are to be told, and their letter is not queued yet.
    to_tell: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()


class Mending(KeptDraw, Base):
    """A small draw among those whom a withdrawal or an odd number had left alone in a round."""

    __tablename__ = "mending"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    drawn_at: Mapped[datetime]

    round: Mapped[Round] = relationship(back_populates="mendings")

    @property
    def number(self) -> int:
        """Return the number of the round that it mended."""
        return self.round.number

    @property
    def programme(self) -> Programme:
        """Return the programme whose round it mended."""
        return self.round.programme


class Change(Base):
    """What somebody changed of a drawn round by hand, kept apart from the draw; by ids, as erasures leave them."""

    __tablename__ = "round_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    # Who did it; none at the command line.
    by_id: Mapped[int | None]
    # swap, leave-out or take-in; and whom.
    kind: Mapped[str] = mapped_column(String(9))
    one_id: Mapped[int]
    other_id: Mapped[int | None]
    # The groups that it undid, and those that it made instead.
    undone: Mapped[list[list[int]]] = mapped_column(JSON)
    made: Mapped[list[list[int]]] = mapped_column(JSON)

    round: Mapped[Round] = relationship(back_populates="changes")
