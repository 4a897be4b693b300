"""Where the console stands."""

from flask import Blueprint

blueprint = Blueprint("organise", __name__, url_prefix="/organise")
