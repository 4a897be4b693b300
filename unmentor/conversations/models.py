"""A conversation and the people in it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unmentor.db import Base, only
from unmentor.links import NONCE_LENGTH, new_nonce
from unmentor.people.models import Person

if TYPE_CHECKING:
    from unmentor.rounds.models import Round


HAS_PLACE = text("place IS NOT NULL")
# What may have become of a conversation, as those in it say.
MET = ("yes", "no", "planned")
# And what may have come of it, from nothing yet to the most.
CAME = ("nothing", "idea", "again", "together", "changed")
# Links to a Teams meeting are long.
LONGEST_PLACE = 500


class Conversation(Base):
    """Two people, three where numbers are odd, arranged by a round."""

    __tablename__ = "conversation"
    __table_args__ = (
        # A page of a round shows them in order of time.
        Index("ix_conversation_round_id_starts_at", "round_id", "starts_at"),
        # Asked every minute.
        only("ix_conversation_to_tell", "round_id", "to_tell"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    # arranged, met, missed or cancelled
    state: Mapped[str] = mapped_column(String(10), default="arranged")
    starts_at: Mapped[datetime] = mapped_column(index=True)
    minutes: Mapped[int]
    # Whether the time is one that all of them named.
    suits_all: Mapped[bool] = mapped_column(default=True)
    repeat: Mapped[bool] = mapped_column(default=False)
    # Arranged after the draw, for people whom a withdrawal or an odd number had left without a conversation.
    mended: Mapped[bool] = mapped_column(default=False)
    room: Mapped[str] = mapped_column(String(40))
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    arranged_at: Mapped[datetime]
    # How often its calendar entry changed, and when it last did (RFC 5545 SEQUENCE and DTSTAMP).
    sequence: Mapped[int] = mapped_column(default=0)
    stamped_at: Mapped[datetime]
    # Which questions it begins from: a place in each of ``prompts.DEPTHS``.
    prompts: Mapped[list[int]] = mapped_column(JSON, default=list)
    # Its round has something to tell its people, and their letters are not queued yet.
    to_tell: Mapped[bool] = mapped_column(default=False)
    # When everybody was reminded of the time it has now.
    reminded_at: Mapped[datetime | None]

    round: Mapped["Round"] = relationship(back_populates="conversations")
    participations: Mapped[list["Participation"]] = relationship(
        back_populates="conversation", order_by="Participation.id", cascade="all, delete-orphan"
    )

    @property
    def ends_at(self) -> datetime:
        """Return when it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def present(self) -> list["Participation"]:
        """Return the parts of those who have not withdrawn, in the order of the draw."""
        return [participation for participation in self.participations if participation.withdrew_at is None]

    @property
    def welcomes_a_third(self) -> bool:
        """Say whether it is a pair, and both have said that somebody who has nobody may join them."""
        return len(self.present) == 2 and all(part.welcomes for part in self.present)

    @property
    def people(self) -> list[Person]:
        """Return everybody in it, in the order of the draw; who has withdrawn is not."""
        return [participation.person for participation in self.present]


class Participation(Base):
    """A person in a conversation, and what they said of it."""

    __tablename__ = "participation"
    # No id is ever given twice.
    __table_args__ = (
        UniqueConstraint("conversation_id", "person_id"),
        # Somebody's newest come first where their last turn is looked for.
        Index("ix_participation_person_id", "person_id", "id"),
        # Whose turn it was.
        only("ix_participation_third", "person_id", "third"),
        Index("ix_participation_place", "conversation_id", sqlite_where=HAS_PLACE, postgresql_where=HAS_PLACE),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # What keys name.
    nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, index=True, unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # Named by the draw to say hello first.
    starts: Mapped[bool] = mapped_column(default=False)
    # The third of a trio; that turn rotates.
    third: Mapped[bool] = mapped_column(default=False)
    # They would let somebody join who has nobody; and when they joined a pair so themselves, after the draw.
    welcomes: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime | None]
    # What their calendar answered to the invitation as it stands: an RFC 5545 PARTSTAT in lower case.
    partstat: Mapped[str] = mapped_column(String(12), default="needs-action")
    # The time that their calendar proposes instead of the one it has now, since when; and how often it proposed one.
    proposes: Mapped[datetime | None]
    proposed_at: Mapped[datetime | None]
    proposals: Mapped[int] = mapped_column(default=0)
    withdrew_at: Mapped[datetime | None]
    # How it went: yes, no or planned; absent, could-not or forgot, where it did not happen; 1 to 5; whether they would
    # do it again.
    met: Mapped[str | None] = mapped_column(String(7))
    why_not: Mapped[str | None] = mapped_column(String(9))
    challenged: Mapped[int | None]
    again: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    # When they thanked the others; what they said is in nothing but the mail.
    thanked_at: Mapped[datetime | None]
    # When we last asked, and how often: once, once more, and then no more.
    asked_at: Mapped[datetime | None]
    asks: Mapped[int] = mapped_column(default=0)
    # What came of it, a line about that in their words, and how often they were asked.
    came: Mapped[str | None] = mapped_column(String(8))
    came_line: Mapped[str] = mapped_column(String(280), default="")
    came_at: Mapped[datetime | None]
    came_asks: Mapped[int] = mapped_column(default=0)
    came_asked_at: Mapped[datetime | None]
    # What they noted for themselves, sealed, and when: kept for a while.
    notes: Mapped[bytes | None] = mapped_column(LargeBinary)
    noted_at: Mapped[datetime | None]
    # How often they gave it another time.
    moves: Mapped[int] = mapped_column(default=0)
    # Where they say that it is, for everybody in it; and how often they said so.
    place: Mapped[str | None] = mapped_column(String(LONGEST_PLACE))
    places: Mapped[int] = mapped_column(default=0)

    conversation: Mapped[Conversation] = relationship(back_populates="participations")
    person: Mapped[Person] = relationship()

    @property
    def partners(self) -> list[Person]:
        """Return the others."""
        return [person for person in self.conversation.people if person.id != self.person_id]

    @property
    def proposes_local(self) -> str:
        """Return the time that is proposed as forms write it, YYYY-MM-DDTHH:MM in the programme's zone."""
        zone = self.conversation.round.programme.zone
        return self.proposes.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if self.proposes else ""
