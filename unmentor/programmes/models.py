"""A programme, its members, and the periods of its schedule."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, and_, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from unmentor import zones
from unmentor.db import Base, only
from unmentor.links import NONCE_LENGTH, new_nonce
from unmentor.people.models import Person

USUAL_NOTICE = 7
# How often somebody takes part: in every round, in every second, in about one a quarter.
EACH, SECOND, QUARTERLY = 1, 2, 3


class Programme(Base):
    """A community that runs rounds, and the rules it runs them by."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    # What it says of itself, in English and in Welsh; either may do.
    about: Mapped[str] = mapped_column(String(500), default="")
    about_cy: Mapped[str] = mapped_column(String(500), default="")
    # When it draws: local wall time.
    every: Mapped[str] = mapped_column(String(12), default="monthly")
    weekday: Mapped[int] = mapped_column(default=0)
    nth: Mapped[int] = mapped_column(default=1)
    draw_time: Mapped[time] = mapped_column(default=time(9))
    time_zone: Mapped[str] = mapped_column(String(50))
    starts_on: Mapped[date]
    # When people talk: from so many days after the draw, within so many days.
    lead_days: Mapped[int] = mapped_column(default=3)
    window_days: Mapped[int] = mapped_column(default=14)
    minutes: Mapped[int] = mapped_column(default=30)
    default_slot: Mapped[str] = mapped_column(String(7), default="wed-mid")
    # Whose bank holidays nobody talks on, where its clock is that of the United Kingdom.
    nation: Mapped[str] = mapped_column(String(17), default="england-and-wales")
    # So many days before a draw people get a short heads-up; 0 for none, None where nobody has said.
    notice: Mapped[int | None]
    # How it decides.
    odd: Mapped[str] = mapped_column(String(8), default="trio")
    same_organisation: Mapped[str] = mapped_column(String(8), default="avoid")
    review: Mapped[str] = mapped_column(String(8), default="wait")
    moderation: Mapped[str] = mapped_column(String(8), default="first")
    # What the organisers say in the invitations of the next round.
    word: Mapped[str] = mapped_column(String(500), default="")
    # Who may join: whoever an organiser says yes to, and has an address at one of these domains, or below one.
    approval: Mapped[bool] = mapped_column(default=False)
    domains: Mapped[list[str]] = mapped_column(default=list)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    # Since when it draws no more.
    ended_at: Mapped[datetime | None]
    # The chance that it has committed to: a secret, its SHA-256, since when, and how often it was drawn with already.
    sealed_secret: Mapped[bytes | None] = mapped_column(deferred=True)
    commitment: Mapped[str | None] = mapped_column(String(64))
    committed_at: Mapped[datetime | None]
    draws: Mapped[int] = mapped_column(default=0)

    def about_in(self, language: str) -> tuple[str, str]:
        """Return what it says of itself, in *language* where it does, and the language that this is in."""
        said = {"en": self.about, "cy": self.about_cy}
        spoken = sorted(said, key=lambda each: (each != language, each != "en"))
        return next(((said[each], each) for each in spoken if said[each]), ("", language))

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone that this programme's clock runs in."""
        return zones.zone(self.time_zone)

    @property
    def notice_days(self) -> int:
        """Return how many days before a draw people get a heads-up, 0 for none; weekly rounds only where it was set."""
        usual = 0 if self.every == "weekly" else USUAL_NOTICE
        return usual if self.notice is None else self.notice

    @validates("time_zone")
    def _known(self, _name: str, time_zone: str) -> str:
        if not zones.is_known(time_zone):
            raise ValueError(f"There is no time zone {time_zone!r}. Use a name such as Europe/London.")
        return time_zone

    def admits(self, email: str) -> bool:
        """Say whether who has an address may ask to join."""
        domain = f".{email.rpartition('@')[2]}"
        return not self.domains or any(domain.endswith(f".{each}") for each in self.domains)

    def today(self, now: datetime) -> date:
        """Return the day that it is where this programme is."""
        return now.astimezone(self.zone).date()


class Membership(Base):
    """A person in a programme: participant or organiser, active or paused."""

    __tablename__ = "membership"
    # The id of a deleted row must never come back.
    __table_args__ = (
        UniqueConstraint("person_id", "programme_id"),
        # Asked every minute.
        only("ix_membership_to_tell", "programme_id", "to_tell"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # What keys name.
    nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, index=True, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(12), default="participant")
    state: Mapped[str] = mapped_column(String(8), default="active")
    # Paused until this day, or until they say so.
    paused_until: Mapped[date | None]
    # How it was before they stopped our mail, which paused them: "active", or the day on which a pause was to end.
    before_stop: Mapped[str | None] = mapped_column(String(10))
    standby: Mapped[bool] = mapped_column(default=False)
    first_next: Mapped[bool] = mapped_column(default=False)
    silences: Mapped[int] = mapped_column(default=0)
    # How often they take part: EACH, SECOND or QUARTERLY.
    every: Mapped[int] = mapped_column(default=EACH)
    # They said "this one too": until they talk in a round after the one of this number, draws include them anyway.
    this_one_too: Mapped[int | None]
    # The day of the draw that they skip; and of the one that they last had a heads-up about.
    skips: Mapped[date | None]
    heads_up_for: Mapped[date | None]
    # False while they wait for an organiser's yes: no draw includes them.
    approved: Mapped[bool] = mapped_column(default=True)
    # They are to hear that the programme has ended, or is back.
    to_tell: Mapped[bool] = mapped_column(default=False)
    # An organiser put them on the list, who are known from elsewhere; paused until they say yes themselves.
    invited: Mapped[bool] = mapped_column(default=False)
    joined_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    programme: Mapped[Programme] = relationship()

    @property
    def known_as(self) -> str:
        """Return what organisers may call them: their address before they say yes, for the name was told elsewhere."""
        return (not self.invited and self.person.name) or self.person.email or ""

    def is_paused(self, on: date) -> bool:
        """Say whether draws leave them out on a day of the programme's; a pause until a day ends with it by itself."""
        return self.state == "paused" and (self.paused_until is None or self.paused_until > on)

    def is_skipping(self, today: date) -> bool:
        """Say whether they skip a draw that is still to come."""
        return self.skips is not None and self.skips >= today

    @classmethod
    def are_skipping(cls, today: date) -> ColumnElement[bool]:
        """Return the same as a condition."""
        return and_(cls.skips.is_not(None), cls.skips >= today)

    @classmethod
    def are_paused(cls, on: date) -> ColumnElement[bool]:
        """Return the same as a condition, for a database that looks at them all."""
        return and_(cls.state == "paused", or_(cls.paused_until.is_(None), cls.paused_until > on))


class Period(Base):
    """One slot of a schedule. Whoever inserts it runs its round; that is why a round runs once."""

    __tablename__ = "period"
    # Mail about a period names its id, so that of a deleted row must never come back.
    __table_args__ = (UniqueConstraint("programme_id", "slot"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    # The local wall time, YYYY-MM-DDTHH:MM.
    slot: Mapped[str] = mapped_column(String(16))
    claimed_at: Mapped[datetime]
    # drawn; or nothing was: waiting (a round waits to be sent), too-few or late
    outcome: Mapped[str] = mapped_column(String(8))
