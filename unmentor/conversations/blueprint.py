"""The pages of a conversation, and what belongs to all of them."""

from flask import Blueprint

blueprint = Blueprint("conversations", __name__)
