"""Whom a restore must not bring back."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from unmentor.db import Base


class Erasure(Base):
    """Somebody was erased: what a backup knows them by as a keyed hash, which names nobody without both."""

    __tablename__ = "erasure"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
