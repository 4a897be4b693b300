"""Whom a restore must not bring back."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from unmentor.db import Base


class Erasure(Base):
    """Somebody was erased: their address as a keyed hash, which names nobody to whoever has not both it and the key."""

    __tablename__ = "erasure"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
