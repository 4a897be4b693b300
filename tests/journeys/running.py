"""A server that runs for a journey."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Running:
    """A server that answers, the link that it printed for its organiser, and the address of its database."""

    address: str
    organiser_link: str
    database: str


Start = Callable[..., Running]
