"""What was reported: about a conversation, or about words that are public."""

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
    __table_args__ = (Index(None, "programme_id", "settled_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(String(LONGEST))
    at: Mapped[datetime] = mapped_column(index=True)
    # Whose part in which conversation it is about; none where it is about public words, which anybody may report.
    participation_id: Mapped[int | None] = mapped_column(ForeignKey("participation.id", ondelete="CASCADE"), index=True)
    # Of public words: the number of the reflection, which may be gone, and how it began.
    reflection_id: Mapped[int | None] = mapped_column(index=True)
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
    def others(self) -> list[Person]:
        """Return who else was in the conversation, withdrawn or not, and has not left."""
        if self.participation is None:
            return []
        everybody = [part.person for part in self.participation.conversation.participations]
        return [each for each in everybody if each.id in self.about and each.left_at is None]
