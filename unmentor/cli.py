"""Commands: each parses, calls one action, and prints."""

from flask import Flask

from unmentor.mail import models as mail  # noqa: F401 - until the commands use them
from unmentor.reflections import models as reflections  # noqa: F401 - until the commands use them
from unmentor.rounds import models as rounds  # noqa: F401 - until the commands use them


def teach(app: Flask) -> None:
    """Give *app* its commands."""
