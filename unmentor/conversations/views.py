"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("conversations", __name__)
