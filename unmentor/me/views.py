"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("me", __name__)
