"""Time zones by name, where one that is not known breaks nothing for those who live in others."""

import logging
from functools import cache
from zoneinfo import ZoneInfo

log = logging.getLogger(__name__)
UTC = "UTC"


def is_known(name: str) -> bool:
    """Say whether this machine has a time zone called *name*."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


@cache
def zone(name: str) -> ZoneInfo:
    """Return the time zone called *name*, or UTC where this machine has none such; the log says so, once."""
    if is_known(name):
        return ZoneInfo(name)
    log.error("There is no time zone %r here, so UTC stands in for it. Update tzdata, or set another zone.", name)
    return ZoneInfo(UTC)
