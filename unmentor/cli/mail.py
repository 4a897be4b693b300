"""``flask mail``."""

import json

import click
from flask import current_app
from flask.cli import AppGroup

from unmentor import edge
from unmentor.db import transaction
from unmentor.mail import actions, catcher, queries
from unmentor.mail.sender import Sender
from unmentor.mail.transport import Unreachable

mail_group = AppGroup("mail", help="The outbox: list, send, hold and release.")


@mail_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option("--state", "states", multiple=True, help="Only messages in this state; may be repeated.")
def list_mail(as_json: bool, states: tuple[str, ...]) -> None:
    """Show the newest messages and what became of them."""
    rows = queries.rows(*states)
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(
            f"{row['queued'][:16]}  {row['state']:<9}  {row['kind']:<20}  {row['to']}  {row['trouble']}".rstrip()
        )
    if not rows:
        click.echo("The outbox is empty.")


@mail_group.command("send")
def send_mail() -> None:
    """Send everything that is due, once."""
    sender = Sender(current_app._get_current_object())  # type: ignore[attr-defined]
    try:
        with catcher.at_hand(edge.settings()):
            counts = sender.send_due()
    except Unreachable as error:
        raise click.ClickException(f"The mail server cannot be reached: {error}. Nothing is lost; try again.") from None
    finally:
        sender.stop()
    click.echo(", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "Nothing is due.")


@mail_group.command("hold")
def hold_mail() -> None:
    """Hold everything that has not left yet, until it is released."""
    with transaction():
        held = actions.hold_all(edge.now())
    click.echo(f"{held} messages are held. Let them go with: flask mail release")


@mail_group.command("release")
def release_mail() -> None:
    """Let everything that is held go."""
    with transaction():
        released = actions.release_all(edge.now())
    click.echo(f"{released} messages are on their way.")
