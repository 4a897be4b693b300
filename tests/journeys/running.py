"""A server that runs for a journey."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from sqlalchemy import create_engine, select, update

from unmentor.conversations.came_of_it import A_MONTH
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.queries import TELLING
from unmentor.db import db
from unmentor.factory import create_app
from unmentor.mail.models import Message
from unmentor.reflections.followers.models import Follower
from unmentor.reflections.models import Reflection
from unmentor.rounds.models import Round
from unmentor.runtime import utc_clock
from unmentor.settings import Settings
from unmentor.worker import tick

TENTHS = 150


@dataclass(frozen=True)
class Running:
    """A server that answers, its database, its key, its folder, and the link that was printed for its organiser."""

    address: str
    database: str
    secret_key: str
    instance: Path
    organiser_link: str = ""

    def two_minutes_pass(self) -> None:
        """Let the time to stop a round be over, for all that are about to leave, and wait until they have left."""
        database, table = create_engine(self.database), Round.__table__
        leaving = (table.c.state == "drawn") & table.c.send_at.is_not(None)
        with database.begin() as connection:
            connection.execute(update(table).where(leaving).values(send_at=utc_clock()))
        for _ in range(TENTHS):
            with database.connect() as connection:
                if connection.execute(select(table.c.id).where(leaving)).first() is None:
                    break
            time.sleep(0.1)
        database.dispose()

    def their_time_comes(self, minutes: int = 10) -> None:
        """Let every conversation ahead have begun some minutes ago, and its mails have said so."""
        began = utc_clock() - timedelta(minutes=minutes)
        database, talks, mails = create_engine(self.database), Conversation.__table__, Message.__table__
        with database.begin() as connection:
            connection.execute(update(talks).where(talks.c.state == "arranged").values(starts_at=began))
            connection.execute(update(mails).where(mails.c.kind.in_(TELLING)).values(expires_at=began))
        database.dispose()

    def a_month_passes(self) -> None:
        """Let all that happened in conversations, and every mail, be a month older."""
        aged = ((Conversation, "starts_at"), (Participation, "came_asked_at"), (Message, "queued_at"))
        with self.inside():
            for table, column in aged:
                for row in db.session.scalars(select(table).where(getattr(table, column).is_not(None))):
                    setattr(row, column, getattr(row, column) - A_MONTH)
            db.session.commit()

    def ten_minutes_pass(self) -> None:
        """Let what was decided on what people wrote be ten minutes old, and all who follow have done so before."""
        ten = timedelta(minutes=10)
        aged = ((Reflection, "published_at"), (Reflection, "decided_at"), (Follower, "since"), (Message, "due_at"))
        with self.inside():
            for table, column in aged:
                for row in db.session.scalars(select(table).where(getattr(table, column).is_not(None))):
                    setattr(row, column, getattr(row, column) - ten)
            db.session.commit()

    def a_minute_passes(self) -> None:
        """Do what is due, as any worker does every minute."""
        with self.inside():
            tick(utc_clock())

    def everything_stored(self) -> str:
        """Return every value of every table, in one text."""
        with self.inside():
            tables = db.metadata.sorted_tables
            return " ".join(str(tuple(row)) for table in tables for row in db.session.execute(select(table)))

    def command(self, *words: str) -> str:
        """Run a command of the house, and return what it prints."""
        with self.inside() as app:
            result = app.test_cli_runner().invoke(args=words)
            assert result.exit_code == 0, result.output
            return str(result.output)

    def organiser(self, email: str) -> str:
        """Make somebody an organiser, and return the link that signs them in."""
        return self.link_in(self.command("organiser", "add", email))

    def link_in(self, printed: str) -> str:
        """Return the link to sign in that was printed."""
        [link] = re.findall(rf"{re.escape(self.address)}/sign-in/\S+", printed)
        return str(link)

    @contextmanager
    def inside(self) -> Iterator[Flask]:
        """Work on its database in this process, as another process of the same house."""
        with self._app.app_context():
            try:
                yield self._app
            finally:
                db.session.remove()
                db.engine.dispose()

    @cached_property
    def _app(self) -> Flask:
        return create_app(Settings(self.database, self.secret_key, self.instance, self.address))

    def proof_grows_old(self, context: BrowserContext) -> None:
        """Let the last proof of this browser be an old one."""
        app = Flask(__name__)
        app.secret_key = self.secret_key
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        cookie = next(each for each in context.cookies() if each["name"] == "session")
        context.add_cookies([cookie | {"value": signer.dumps(signer.loads(cookie["value"]) | {"proved": 0})}])


def visitor(
    browser: Browser, server: Running, *, scripts: bool = True, phone: bool = False, looks: bool = False
) -> Page:
    """Return a page in a clean browser, of somebody who wants things to keep still: what moves is drawn many times.

    Where most of its pages are looked at, axe comes with each: that is cheaper than to bring it.
    """
    size = ViewportSize(width=375, height=812) if phone else None
    context = browser.new_context(
        base_url=server.address, java_script_enabled=scripts, reduced_motion="reduce", viewport=size
    )
    context.set_default_timeout(15_000)
    if looks:
        context.add_init_script(AXE_SCRIPT)
    return context.new_page()


Start = Callable[..., Running]
