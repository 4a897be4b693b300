"""Every page of the console."""

from unmentor.organise import ending, log, mail, overview, people, reports, rounds, settings, start_empty
from unmentor.organise.blueprint import blueprint

__all__ = ["blueprint", "ending", "log", "mail", "overview", "people", "reports", "rounds", "settings", "start_empty"]
