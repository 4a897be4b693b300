"""Who takes part, how they sign in, whom they would rather not meet, and who is kept apart."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship, validates
from sqlalchemy.orm.attributes import set_committed_value

from unmentor.db import Base
from unmentor.links import NONCE_LENGTH, new_nonce

LONGEST_KEY_NAME = 60
# No address begins so.
LEFT = "left:"


class OtherName(Base):
    """How an organisation is written too, and the name by which everybody reads and counts it instead."""

    __tablename__ = "other_name"

    # In lower case, which may be longer.
    spelling: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), index=True)


class Person(Base):
    """Somebody with an address. Who leaves keeps a row without a single detail, so that history still adds up."""

    __tablename__ = "person"
    # Messages and rounds name people by id, so no id is ever given twice, not even after everybody has gone.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's way to say it

    id: Mapped[int] = mapped_column(primary_key=True)
    # In keys, for good; in sessions, until somebody signs out; in the address of their calendar, until it is renewed.
    nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, index=True, unique=True)
    session_nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, index=True, unique=True)
    calendar_nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, index=True, unique=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    video: Mapped[str] = mapped_column(String(200), default="")
    # As they wrote it; see ``organisation``.
    told_organisation: Mapped[str] = mapped_column("organisation", String(100), default="")
    renamed_organisation: Mapped[str | None] = column_property(
        select(OtherName.name)
        .where(OtherName.spelling == func.lower(told_organisation))
        .correlate_except(OtherName)
        .scalar_subquery()
    )
    about: Mapped[str] = mapped_column(String(500), default="")
    availability: Mapped[list[str]] = mapped_column(default=list)
    language: Mapped[str] = mapped_column(String(2), default="en")
    # Which questions they were told of: see ``conversations.prompts``.
    prompts_had: Mapped[int] = mapped_column(default=0)
    joined_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    @validates("email")
    def _in_lower_case(self, _name: str, email: str | None) -> str | None:
        # As it is looked for everywhere: to lower ten thousand addresses in every question would take its time.
        return email and email.lower()

    @hybrid_property
    def organisation(self) -> str:
        """Return the organisation that they are from, by the name that it goes by for everybody."""
        return self.renamed_organisation or self.told_organisation

    @organisation.inplace.setter
    def _organisation_setter(self, told: str) -> None:
        self.told_organisation = told
        set_committed_value(self, "renamed_organisation", None)  # until it is read anew

    @organisation.inplace.expression
    @classmethod
    def _organisation_expression(cls) -> ColumnElement[str]:
        return func.coalesce(cls.renamed_organisation, cls.told_organisation)

    @property
    def first_name(self) -> str:
        """Return what friends would call them."""
        return self.name.split(" ")[0]


class Request(Base):
    """Somebody who typed an address to join or to sign in, and waits for a mail there.

    What they said of themselves is theirs alone until the address is confirmed: whoever else joins with it asks anew.
    """

    __tablename__ = "request"

    id: Mapped[int] = mapped_column(primary_key=True)
    # What the key in the mail names.
    nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, index=True, unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    # Details, until they are confirmed or it is too late; none where somebody only signs in.
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The short name of what they join.
    programme: Mapped[str] = mapped_column(String(60), default="")


class SignIn(Base):
    """A request to sign in: one link and one code, each kept only as a hash, good once and not for long."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    # The browser that asked; none for a link that a command printed, which any browser may use.
    browser_hash: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)

    person: Mapped[Person] = relationship()


class EmailChange(Base):
    """Somebody asks for another address, and got it once its owner said so; until it is too late to take that back."""

    __tablename__ = "email_change"
    # Letters name it, and so does whoever takes back what came after it.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's way to say it

    id: Mapped[int] = mapped_column(primary_key=True)
    # What the keys in its letters name.
    nonce: Mapped[str] = mapped_column(String(NONCE_LENGTH), default=new_nonce, index=True, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    old: Mapped[str] = mapped_column(String(254))
    new: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime]
    # When the new address was written to, and when it was confirmed there.
    answered_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class Passkey(Base):
    """A key pair that a device of somebody made for us: here is its public half alone, there the private one."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    # What its owner calls it.
    name: Mapped[str] = mapped_column(String(LONGEST_KEY_NAME))
    # As base64url, at most 1,023 bytes (WebAuthn Level 3, §4).
    credential: Mapped[str] = mapped_column(String(1364), unique=True)
    public_key: Mapped[bytes]
    # How often it was used, as far as it counts: one that falls behind was copied.
    uses: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def _same_as_email(row: DefaultExecutionContext) -> str:
    return str(row.get_current_parameters()["email"])  # type: ignore[no-untyped-call]  # - SQLAlchemy's own


class Exclusion(Base):
    """Somebody whom a person would rather not be paired with. Nobody else ever sees it."""

    __tablename__ = "exclusion"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    # The address of whom it is about, which follows them to another one; and the one that was typed, which is all that
    # its reader sees: "" where they picked somebody whom they have met, and know by name. In clear; or, once its owner
    # has left, a keyed hash of it.
    email: Mapped[str] = mapped_column(String(254))
    typed: Mapped[str] = mapped_column(String(254), default=_same_as_email)

    @property
    def has_left(self) -> bool:
        """Say whether whoever had the address has left."""
        return (self.typed or self.email).startswith(LEFT)


class KeptApart(Base):
    """Two who are never paired, for good, because organisers decided so. Neither of them ever sees it."""

    __tablename__ = "kept_apart"
    __table_args__ = (UniqueConstraint("one", "other"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Their addresses, the first in the alphabet first; in clear or, once its owner has left, a keyed hash of it.
    one: Mapped[str] = mapped_column(String(254))
    other: Mapped[str] = mapped_column(String(254), index=True)
    # Whose organisers decided it.
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="SET NULL"), index=True)
    since: Mapped[datetime]
