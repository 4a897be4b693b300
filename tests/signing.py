"""Somebody who signs in by email."""

import re

from cast import mailed, path_in, post
from flask.testing import FlaskClient

ADA = "ada@example.gov.uk"


def asked(client: FlaskClient, **fields: str) -> tuple[str, str]:
    """Ask for a mail; return the path of its link, and its code."""
    assert post(client, "/sign-in", **{"email": ADA} | fields).status_code == 303
    text = mailed(ADA, "sign-in")
    return path_in(text, "/sign-in"), re.search(r"\b\d{6}\b", text)[0]


def who(client: FlaskClient) -> str | None:
    with client.session_transaction() as session:
        return session.get("person")
