"""The outbox: every message with its final bytes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from unmentor.db import Base

# A batch holds its bytes in memory, and SQLite takes at most 32,766 values in one statement.
BATCH = 200
STRANGER = text("person_id IS NULL")
# Literal, since SQLite uses a partial index only for the very words it was made with.
DUE = text("state IN ('queued', 'uncertain', 'sending')")
# What did not leave, or may not have: little, however much has been sent.
UNSETTLED = text("state <> 'sent'")
# What was not forgotten yet: of all that ever was sent little.
WORDED = text("message_id <> ''")
UNSENT = ("queued", "uncertain", "sending", "held")


class Body(Base):
    """The bytes of a message, sealed, and apart from it: SQLite writes a whole row anew for every mark on it."""

    __tablename__ = "body"

    id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Message(Base):
    """A mail in the outbox, byte for byte as it will leave.

    queued → sending → sent; or uncertain (the same bytes again), failed, expired, held.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("about", "person_id", "kind", "sequence"),
        Index("ix_message_due", "due_at", "id", sqlite_where=DUE, postgresql_where=DUE),
        # How far a programme's mail is, and what failed.
        Index("ix_message_of_programme", "programme_id", "queued_at"),
        Index("ix_message_worded", "sent_at", sqlite_where=WORDED, postgresql_where=WORDED),
        Index("ix_message_unsettled", "programme_id", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
        # What is forgotten of strangers, every minute.
        Index("ix_message_to_strangers", "kind", "queued_at", sqlite_where=STRANGER, postgresql_where=STRANGER),
        # Null is unlike null, so those who have no account need a rule of their own.
        Index(
            "one_to_a_stranger",
            "about",
            "recipient",
            "kind",
            "sequence",
            unique=True,
            sqlite_where=STRANGER,
            postgresql_where=STRANGER,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # What it is about, as "conversation:12"; with person, kind and sequence it is unique.
    about: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # Whose organisers see what became of it, if anybody's.
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str] = mapped_column(String(24))
    sequence: Mapped[int] = mapped_column(default=0)
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    # Empty where the mail lets somebody in: see ``outbox``.
    subject: Mapped[str] = mapped_column(String(200))
    message_id: Mapped[str] = mapped_column(String(300))
    # Its bytes, sealed; none once they were forgotten, or where it could not be written.
    sealed: Mapped[bytes] = column_property(
        func.coalesce(select(Body.content).where(Body.id == id).correlate_except(Body).scalar_subquery(), b""),  # noqa: A003 - the column above
        deferred=True,
    )
    state: Mapped[str] = mapped_column(String(9), default="queued")
    queued_at: Mapped[datetime]
    # When to try next; while it is being sent, when the sender's lease ends.
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # Counts the claims, and so names the one that stands.
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    trouble: Mapped[str] = mapped_column(String(300), default="")


class Stopped(Base):
    """A kind of mail that a person asked not to receive (RFC 8058)."""

    __tablename__ = "stopped"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)


class Suppressed(Base):
    """An address that was refused for good, or that called us spam: it gets only the mail that lets somebody in.

    It is written to again once such a mail has arrived there, or an organiser asks for that.
    """

    __tablename__ = "suppressed"

    # In lower case.
    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    since: Mapped[datetime]
    # What the server said.
    trouble: Mapped[str] = mapped_column(String(300))


class Hold(Base):
    """While there is a row, new mail is held as well: nothing leaves until an organiser lets it go."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class Unread(Base):
    """Something in a mailbox that was left for a person; nothing of it but hashes of what the mailbox knows it by."""

    __tablename__ = "unread"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    mailbox: Mapped[str] = mapped_column(String(64), index=True)
    since: Mapped[datetime]
