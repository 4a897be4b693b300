"""What somebody did, by numbers alone: names are looked up when it is read, so an erasure needs no rewriting here."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from unmentor.db import Base

LONGEST_DEED = 40


class AuditEvent(Base):
    """A deed of an organiser, or of an operator at the command line. It refers to no row, and keeps none from going."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "programme_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    deed: Mapped[str] = mapped_column(String(LONGEST_DEED))
    # Whose programme it was; none where it was everybody's, such as holding all email.
    programme_id: Mapped[int | None]
    # Who did it; none at the command line.
    by_id: Mapped[int | None] = mapped_column(index=True)
    # To whom.
    person_id: Mapped[int | None] = mapped_column(index=True)
    round_number: Mapped[int | None]
    # Numbers and words that name nobody.
    facts: Mapped[dict[str, Any]]
