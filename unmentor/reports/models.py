"""What was reported: about a conversation, or about words that are public; or who asks that those are read again."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from unmentor.conversations.models import Participation
from unmentor.db import Base
from unmentor.people.models import Person
from unmentor.programmes.models import Programme

LONGEST = 1000


class Report(Base):
    """Something that went wrong, in the words of who says so: open until an organiser has settled it."""

    __tablename__ = "report"
    # The log names reports by number, so none is ever given twice.
    __table_args__ = (
        Index(None, "programme_id", "settled_at"),
        # Nobody asks twice that the same words are read again.
        Index(None, "reflection_id", "participation_id", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(LONGEST))
    at: Mapped[datetime] = mapped_column(index=True)
    # Whose part in which conversation it is about; none where anybody reports public words. Where both are there,
    # somebody asks that what was shared of their conversation is read again.
    participation_id: Mapped[int | None] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    # Of public words: the number of the reflection, which may be gone, and how it began.
    reflection_id: Mapped[int | None]
    begins: Mapped[str] = mapped_column(String(100), default="")
    # Whom it is about: it is kept from them, whatever they organise.
    about: Mapped[list[int]] = mapped_column(JSON)
    settled_at: Mapped[datetime | None]
    # done, apart or down
    outcome: Mapped[str] = mapped_column(String(5), default="")

    programme: Mapped[Programme] = relationship()
    participation: Mapped[Participation | None] = relationship()

    @property
    def reporter(self) -> Person | None:
        """Return who says so, where we know."""
        return self.participation.person if self.participation else None

    @property
    def asks_again(self) -> bool:
        """Say whether somebody in a conversation asks that what was shared of it is read again."""
        return self.reflection_id is not None and self.participation is not None

    @property
    def others(self) -> list[Person]:
        """Return who else was in the conversation, withdrawn or not, and has not left."""
        if self.participation is None:
            return []
        everybody = [part.person for part in self.participation.conversation.participations]
        return [each for each in everybody if each.id in self.about and each.left_at is None]


ASKS_AGAIN = Report.reflection_id.is_not(None) & Report.participation_id.is_not(None)
