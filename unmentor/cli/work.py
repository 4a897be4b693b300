"""``flask worker``."""

import signal
import threading

import click
from flask import current_app

from unmentor import worker


@click.command("worker")
def work() -> None:
    """Run the schedule and send mail until told to stop. Any number of these may run."""
    until = threading.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: until.set())
    click.echo("Working. Stop with Ctrl+C.", err=True)
    worker.run(current_app._get_current_object(), until)  # type: ignore[attr-defined]
