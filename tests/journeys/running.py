"""A server that runs for a journey."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Running:
    """A server that answers, and the link that it printed for its organiser."""

    address: str
    organiser_link: str


Start = Callable[..., Running]
