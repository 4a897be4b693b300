"""Every page of the console."""

from unmentor.organise import log, mail, overview, people, rounds, settings, start_empty
from unmentor.organise.blueprint import blueprint

__all__ = ["blueprint", "log", "mail", "overview", "people", "rounds", "settings", "start_empty"]
