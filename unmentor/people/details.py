"""What a person tells of themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Details:
    """Checked, and in the form in which we keep it."""

    name: str
    phone: str
    video: str
    organisation: str
    about: str
    availability: list[str]
    language: str
