"""A server that runs for a journey."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import BrowserContext
from sqlalchemy import create_engine, select, update

from unmentor.conversations.models import Conversation
from unmentor.mail.models import Message
from unmentor.rounds.models import Round
from unmentor.runtime import utc_clock

TENTHS = 150


@dataclass(frozen=True)
class Running:
    """A server that answers, the link that it printed for its organiser, the address of its database, and its key."""

    address: str
    organiser_link: str
    database: str
    secret_key: str

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

    def their_time_comes(self) -> None:
        """Let every conversation have begun some minutes ago, and its invitation have said so."""
        began = utc_clock() - timedelta(minutes=10)
        database = create_engine(self.database)
        with database.begin() as connection:
            connection.execute(update(Conversation.__table__).values(starts_at=began))
            invited = Message.__table__.c.kind == "invitation"
            connection.execute(update(Message.__table__).where(invited).values(expires_at=began))
        database.dispose()

    def proof_grows_old(self, context: BrowserContext) -> None:
        """Let the last proof of this browser be an old one."""
        app = Flask(__name__)
        app.secret_key = self.secret_key
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        cookie = next(each for each in context.cookies() if each["name"] == "session")
        context.add_cookies([cookie | {"value": signer.dumps(signer.loads(cookie["value"]) | {"proved": 0})}])


Start = Callable[..., Running]
