"""What every page has: an error page that helps, safe headers, and what its template knows."""

from flask import Flask
from sqlalchemy import select
from werkzeug.local import LocalProxy

from unmentor import runtime
from unmentor.db import db
from unmentor.page_cache import PageCache
from unmentor.people.guards import signed_in
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import is_organiser
from unmentor.web.error_pages import register_error_handlers
from unmentor.web.foreign import refuse_foreign
from unmentor.web.headers import protect


def init_pages(app: Flask) -> None:
    """Give *app* its error pages, the headers that keep every page safe, and what every template knows."""
    register_error_handlers(app)
    app.before_request(refuse_foreign)
    PageCache().init_app(app)
    app.after_request(protect)
    # Asked only where a template asks: a page that never looks at its reader is the same for all.
    app.jinja_env.globals.update(person=LocalProxy(lambda: signed_in()), organises=_organises, demo=_demo)


def _organises() -> bool:
    person = signed_in()
    return person is not None and is_organiser(person)


def _demo() -> str | None:
    demo = select(Programme.slug).where(Programme.demo).limit(1)
    return db.session.scalar(demo) if runtime.settings().catches_mail else None
