"""What every page has: an error page that helps, safe headers, and what its template knows."""

from typing import Any

from flask import Flask, has_request_context
from sqlalchemy import select

from unmentor import runtime
from unmentor.db import db
from unmentor.page_cache import PageCache
from unmentor.people.guards import signed_in
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import organised_by
from unmentor.web.error_pages import register_error_handlers
from unmentor.web.foreign import refuse_foreign
from unmentor.web.headers import protect


def init_pages(app: Flask) -> None:
    """Give *app* its error pages, the headers that keep every page safe, and what every template knows."""
    register_error_handlers(app)
    app.before_request(refuse_foreign)
    PageCache().init_app(app)
    app.after_request(protect)
    app.context_processor(_everywhere)


def _everywhere() -> dict[str, Any]:
    """Return who is here, and whether the place is only a demonstration."""
    if not has_request_context():
        return {}
    person = signed_in()
    catching = runtime.settings().catches_mail
    demo = db.session.scalar(select(Programme.slug).where(Programme.demo).limit(1)) if catching else None
    return {"person": person, "organises": bool(person and organised_by(person)), "demo": demo}
