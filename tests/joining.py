"""Somebody who joins."""

from typing import Any

from cast import mailed, path_in, post
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor.db import db
from unmentor.people.models import Person

SIAN = {
    "name": "Siân Ŵyn",
    "email": "Sian@Gwynedd.gov.uk",
    "phone": "01632 960 002",
    "availability": ["fri-pm", "mon-am"],
    "language": "cy",
    "agree": "yes",
}


def join(client: FlaskClient, **changed: Any) -> Any:
    return post(client, "/join", **{name: value for name, value in (SIAN | changed).items() if value is not None})


def somebody() -> Person:
    return db.session.scalars(select(Person)).one()


def confirm_link(email: str = "sian@gwynedd.gov.uk") -> str:
    return path_in(mailed(email, "confirm"), "/confirm")
