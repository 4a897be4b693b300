"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("organise", __name__)
