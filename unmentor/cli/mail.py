"""``flask mail``."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from imaplib import IMAP4
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.conversations import inbound as returned
from unmentor.db import transaction
from unmentor.mail import actions, queries
from unmentor.mail.catcher import server as catcher
from unmentor.mail.delivery.sender import Sender
from unmentor.mail.delivery.transport import Unreachable
from unmentor.mail.inbound.headline import headline
from unmentor.mail.inbound.mailboxes import ImapServer, Mails, Waiting, alone, in_imap, in_maildir
from unmentor.mail.inbound.unread import Mailbox
from unmentor.settings import WrongSetting
from unmentor.worker import answer_requests

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
# The database is away, busy, or not migrated yet: no message is to blame.
DATABASE_TROUBLE = (OperationalError, InterfaceError, ProgrammingError)

mail_group = AppGroup("mail", help="The outbox: list, send, hold and release; and what comes back.")


class TryAgain(click.ClickException):
    """It may go better later: what a mail server that pipes to a command understands by EX_TEMPFAIL."""

    exit_code = 75


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
    """Send everything that is due, once; first it is written to whoever asked to join or to sign in."""
    answer_requests(runtime.now())
    sender = Sender(current_app._get_current_object())  # type: ignore[attr-defined]
    try:
        with catcher.at_hand(runtime.settings()):
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
        held = actions.hold_all(runtime.now())
        if held is not None:
            record(Deed.EMAIL_HELD, by=None, programme=None)
    says = "All email is held already." if held is None else f"{held} messages are held."
    click.echo(f"{says} Let them go with: flask mail release")


@mail_group.command("release")
def release_mail() -> None:
    """Let everything that is held go."""
    with transaction():
        released = actions.release_all(runtime.now())
        if released is not None:
            record(Deed.EMAIL_RELEASED, by=None, programme=None)
    click.echo("Nothing is held." if released is None else f"{released} messages are on their way.")


@mail_group.command("receive")
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--maildir", type=FOLDER, help="Read what is unread in this Maildir.")
@click.option("--imap", metavar="URL", help="Read what is unread at imaps://user:password@host/INBOX.")
@click.option("--list", "listing", is_flag=True, help="Also list what is left for you.")
def receive_mail(file: BinaryIO | None, maildir: Path | None, imap: str | None, listing: bool) -> None:
    """Take in what came back to MAIL_FROM: one message from FILE or standard input, or a mailbox.

    Answers of calendars show on their conversations, and what could not be delivered in the outbox. What is for a
    person is left where it is, unread, and counted on the organisers' mail page.
    """
    box, mails = _box(file, maildir, imap)
    counts: Counter[returned.Outcome] = Counter()
    try:
        with closing(mails):
            for mail, outcome in _taken_in(box, mails):
                counts[outcome] += 1
                if listing and outcome == "left":
                    click.echo(headline(mail.read()))
    except DATABASE_TROUBLE as error:
        raise TryAgain(f"The database does not answer ({type(error).__name__}). Try again later.") from None
    except (OSError, IMAP4.error) as error:
        raise TryAgain(f"The mailbox cannot be read: {error}. Try again later.") from None
    click.echo(_summary(counts))


def _summary(counts: Counter[returned.Outcome]) -> str:
    answers = "1 answer" if counts["answer"] == 1 else f"{counts['answer']} answers"
    complaints = {0: "", 1: "1 complaint, "}.get(counts["complaint"], f"{counts['complaint']} complaints, ")
    undeliverable, ignored, left = (counts[outcome] for outcome in ("undeliverable", "ignored", "left"))
    return f"{answers}, {undeliverable} undeliverable, {complaints}{ignored} ignored, {left} left for you."


def _box(file: BinaryIO | None, maildir: Path | None, imap: str | None) -> tuple[Mailbox | None, Mails]:
    """Return what is known of a mailbox, none for a single message, and what waits in it."""
    if len([given for given in (file, maildir, imap) if given]) > 1:
        raise click.UsageError("Name one of FILE, --maildir and --imap.")
    if maildir:
        return Mailbox(str(maildir.resolve())), in_maildir(maildir)
    if not imap:
        return None, alone(file or sys.stdin.buffer)
    try:
        server = ImapServer.parse(imap)
    except WrongSetting as error:
        raise click.UsageError(str(error)) from None
    return Mailbox(f"{server.user}@{server.host}/{server.folder}"), in_imap(server)


def _taken_in(box: Mailbox | None, mails: Mails) -> Iterator[tuple[Waiting, returned.Outcome]]:
    """Yield each mail and what became of it. What was left for a person before is not read again."""
    there = []
    for mail in mails:
        there.append(mail.identity)
        with transaction():
            known = box is not None and box.known(mail.identity)
        if known:
            yield mail, "left"
            continue
        content = mail.read()
        outcome = _taken(content)
        if outcome != "left":
            mail.mark_read()
        elif box and content:  # what could not be read may be readable next time
            with transaction():
                box.leave(mail.identity, runtime.now())
        yield mail, outcome
    if box:
        with transaction():
            box.keep_only(there)


def _taken(content: bytes) -> returned.Outcome:
    """Return what became of a message, in a transaction of its own; one that breaks something is left to a person."""
    try:
        with transaction():
            return returned.take(content, runtime.now())
    except DATABASE_TROUBLE:
        raise
    except Exception as error:
        # Only its kind: what it says may name somebody.
        click.echo(f"One message is left, because it could not be taken in: {type(error).__name__}.", err=True)
        return "left"
