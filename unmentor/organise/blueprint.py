"""Where the console stands."""

from flask import Blueprint
from werkzeug.wrappers import Response

Page = str | tuple[str, int] | Response
blueprint = Blueprint("organise", __name__, url_prefix="/organise")
