"""Pages of this room."""

from flask import Blueprint, Flask

blueprint = Blueprint("public", __name__)


def finish(app: Flask) -> None:
    """Give *app* its error pages and the headers that keep every page safe."""
