"""Commands: each parses, calls one action, and prints."""

from flask import Flask

from unmentor.cli.backup import read_backup, write_backup
from unmentor.cli.log import show_log
from unmentor.cli.mail import mail_group
from unmentor.cli.people import people_group
from unmentor.cli.programmes import organiser_group, programme_group
from unmentor.cli.rounds import round_group
from unmentor.cli.work import work
from unmentor.demo.command import fill_with_demo


def register_commands(app: Flask) -> None:
    """Give *app* its commands."""
    commands = (programme_group, organiser_group, people_group, round_group, mail_group)
    for command in (*commands, show_log, work, write_backup, read_backup, fill_with_demo):
        app.cli.add_command(command)
