"""Commands: each parses, calls one action, and prints."""

from flask import Flask

from unmentor.cli.mail import mail_group
from unmentor.cli.programmes import organiser_group, programme_group
from unmentor.cli.rounds import round_group
from unmentor.cli.work import work
from unmentor.demo.command import fill_with_demo


def teach(app: Flask) -> None:
    """Give *app* its commands."""
    for command in (programme_group, organiser_group, round_group, mail_group, work, fill_with_demo):
        app.cli.add_command(command)
