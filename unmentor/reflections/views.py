"""Pages of this room."""

from flask import Blueprint

blueprint = Blueprint("reflections", __name__)
