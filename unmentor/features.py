"""Rooms that may be missing, and what each brings to the rooms below it, which name none of them.

A feature stands above the pages that it adds to, so they cannot import it: they ask whoever is there.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Flask, current_app

import unmentor

if TYPE_CHECKING:
    from unmentor.conversations.models import Participation
    from unmentor.demo.tables import Story
    from unmentor.organise.needs import Need
    from unmentor.people.models import Person
    from unmentor.programmes.models import Programme

ROOMS = ("reflections",)


@dataclass(frozen=True, slots=True)
class Feature:
    """What a room brings: each has one of these in its ``feature`` module."""

    blueprint: Blueprint
    # Let go of all that names somebody who leaves.
    erase: Callable[["Person", datetime], None]
    # What it holds on somebody, for them to read: a heading, and what stands under it, ready for JSON.
    export: Callable[["Person"], dict[str, Any]]
    # Drop what is left over once a programme is gone.
    tidy: Callable[[], None]
    # Do something for those who wait for it at their screen, as of a moment; how much that was, 0 once all is done.
    answer: Callable[[datetime], int]
    # What its worker does every minute, each by what it is called, in the same way.
    duties: Sequence[tuple[str, Callable[[datetime], int]]]
    # Erase once more what a backup brought back: what was erased is known by these marks.
    erase_again: Callable[[Container[str], datetime], None]
    # Forget what nobody needs any more, as of a moment.
    forget: Callable[[datetime], None]
    # What people can do about conversations that are over, by the number of their part in each: words and an address.
    next_steps: Callable[[Sequence["Participation"]], dict[int, tuple[str, str]]]
    # What it brings that needs an organiser of a programme, but for what that one may not read.
    needs: Callable[["Programme", "Person"], Iterable["Need"]]
    # How many people wrote in public what they learned in each of these rounds, by the ids of both; 0 is left out.
    wrote: Callable[[Sequence[int]], dict[int, int]]
    # Let somebody in the demo community tell a story, written at one moment, and public from another or not yet.
    tell: Callable[["Story", "Participation", datetime, datetime | None], None]


def init_features(app: Flask) -> None:
    """Give *app* the features whose rooms are there."""
    here = {module.name for module in iter_modules(unmentor.__path__)}
    brought = [import_module(f"unmentor.{room}.feature").feature for room in ROOMS if room in here]
    app.extensions["features"] = brought
    app.add_template_global(has_page)


def features() -> Sequence[Feature]:
    """Return the features that are there."""
    return cast(Sequence[Feature], current_app.extensions["features"])


def has_page(endpoint: str) -> bool:
    """Say whether there is a page of this name: a link to a feature's stands only where the feature does."""
    return endpoint in current_app.view_functions
