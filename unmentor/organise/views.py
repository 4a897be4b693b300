"""Every page of the console."""

from unmentor.organise import (
    bring,
    draw_now,
    ending,
    keeping_apart,
    log,
    mail,
    overview,
    people,
    person,
    picture,
    removing,
    reports,
    round_changes,
    round_preview,
    rounds,
    settings,
    start_empty,
)
from unmentor.organise.blueprint import blueprint

__all__ = [
    "blueprint",
    "bring",
    "draw_now",
    "ending",
    "keeping_apart",
    "log",
    "mail",
    "overview",
    "people",
    "person",
    "picture",
    "removing",
    "reports",
    "round_changes",
    "round_preview",
    "rounds",
    "settings",
    "start_empty",
]
