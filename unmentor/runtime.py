"""What views, commands and the worker pass inwards: the time and the settings.

Views, commands, the worker and builders of addresses ask here; the pure rooms are given what they need.
"""

import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from flask import current_app

from unmentor.settings import Settings

Clock = Callable[[], datetime]


def utc_clock() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return the moment that this app's clock shows, in UTC."""
    return cast(Clock, current_app.extensions["clock"])()


def settings() -> Settings:
    """Return the settings that this app was made with."""
    return cast(Settings, current_app.extensions["settings"])


def where(error: BaseException) -> str:
    """Return what kind of error it was and where, for a log, and none of its words: they may name somebody."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return f"{type(error).__name__} at " + " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in frames)
