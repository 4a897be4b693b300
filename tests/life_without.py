"""A life without a room that was taken out: run inside such a copy of the house, it prints what became of each page.

A community lives, a round is drawn, sent and verified, somebody answers how it was and leaves, and every page is opened
by its organiser and by a stranger. What raises ends it.
"""

import json
import sys
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from unmentor import demo, worker
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.queries import past, upcoming
from unmentor.db import db, transaction
from unmentor.factory import create_app
from unmentor.links import sign
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.models import Membership
from unmentor.runtime import now
from unmentor.settings import Settings

HERE = Path.cwd()
APP = create_app(Settings(database_url=f"sqlite:///{HERE}/life.sqlite", secret_key="only for this", instance=HERE))
APP.testing = True  # what raises, raises here
APP.config["WTF_CSRF_ENABLED"] = False


class Browser(FlaskClient):
    """A browser each of whose requests has a context of its own."""

    def open(self, *args: Any, **given: Any) -> TestResponse:
        """Ask for a page."""
        db.session.commit()
        with APP.app_context():
            return super().open(*args, **given)


APP.test_client_class = Browser


def live() -> dict[str, int]:
    """Return the status of every page for its organiser, after a life."""
    upgrade()
    with transaction():
        demo.fill(now(), people=8, rounds=1)
    for command in ("round draw unmentoring --send", "round verify unmentoring 2", "mail list"):
        done = APP.test_cli_runner().invoke(args=command.split())
        assert done.exit_code == 0, done.output
    worker.tick(now())
    assert db.session.scalars(select(Message).where(Message.kind == "invitation")).all()
    organiser = db.session.scalars(select(Person).join(Membership).where(Membership.role == "organiser")).one()
    client, talked = browser(organiser), past(organiser, now())[0]
    seen = {rule.endpoint: ask(client, rule, organiser) for rule in APP.url_map.iter_rules() if "GET" in rule.methods}
    told = client.post(f"/c/{key(talked)}/outcome", data={"met": "yes"}, follow_redirects=True)
    assert told.status_code == 200
    assert client.get("/me/data.json").json["conversations"]
    leaver = upcoming(organiser, now())[0].partners[0]
    assert browser(leaver).post("/me/leave", follow_redirects=True).status_code == 200
    assert client.post("/organise/unmentoring/start-empty", follow_redirects=True).status_code == 200
    return seen


def browser(person: Person) -> FlaskClient:
    """Return a browser in which somebody is signed in."""
    client = APP.test_client()
    with client.session_transaction() as session:
        session["person"], session["proved"] = person.session_nonce, now().timestamp()
    return client


def ask(client: FlaskClient, rule: Rule, person: Person) -> int:
    """Return how a page answers its organiser, once a stranger was answered too."""
    part = upcoming(person, now())[0]
    known = {"slug": "unmentoring", "number": 2, "filename": "style.css", "token": key(part)}
    known["key"] = sign("unsubscribe", f"{person.nonce}:reminder")
    address = APP.url_map.bind("").build(rule.endpoint, {name: known.get(name, 1) for name in rule.arguments})
    APP.test_client().get(address)
    return client.get(address).status_code


if __name__ == "__main__":
    with APP.app_context():
        sys.stdout.write(json.dumps(live()))
