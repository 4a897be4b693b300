"""Wire the rooms together. Nothing is decided here."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request
from flask_migrate import Migrate
from flask_wtf.csrf import generate_csrf

from unmentor import cli, words
from unmentor.api.docs import init_api
from unmentor.collector import collect_between
from unmentor.conversations import views as conversations
from unmentor.db import close_to_others, connect, db, from_database
from unmentor.features import init_features
from unmentor.mail.catcher import views as mail
from unmentor.me import views as me
from unmentor.organise import views as organise
from unmentor.people import views as people
from unmentor.programmes import views as programmes
from unmentor.public import views as public
from unmentor.reports import views as reports
from unmentor.rounds import views as rounds
from unmentor.runtime import Clock, utc_clock, where
from unmentor.settings import Settings
from unmentor.web.every_page import init_pages
from unmentor.web.foreign import PlainInteger

HOUSE = Path(__file__).parent.parent
MOST_SENT = 64 * 1024
# Each reflection has some.
MOST_ADDRESSES = 10_000


class UnMentoring(Flask):
    """Flask, but its log never holds an address, for those under /c/ are keys; and it builds most once."""

    def __init__(self, *given: Any, **options: Any) -> None:
        self._fixed: dict[tuple[str, ...], str] = {}
        super().__init__(*given, **options)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return the address of a page; most of those on a page are of a page or file that never moves."""
        fixed = [*values] in ([], ["filename"], ["slug"])
        if not fixed or endpoint.startswith(".") or not has_request_context():
            return super().url_for(endpoint, **values)
        key = (endpoint, request.script_root, *values.values())
        if key not in self._fixed:
            if len(self._fixed) >= MOST_ADDRESSES:
                self._fixed.clear()
            self._fixed[key] = super().url_for(endpoint, **values)
        return self._fixed[key]

    def log_exception(self, exc_info: Any) -> None:
        """Log what broke by the name of its page; of a database only where, for its words hold what was stored."""
        if from_database(exc_info[1]):
            self.logger.error("Something broke in %s: %s", request.endpoint, where(exc_info[1]))
        else:
            self.logger.error("Something broke in %s", request.endpoint, exc_info=exc_info)


ROOMS = (public, mail, people, programmes, conversations, rounds, reports, me, organise)


def create_app(settings: Settings | None = None, clock: Clock = utc_clock) -> Flask:
    """Return the WSGI application for *settings*, or for the environment's.

    Raises WrongSetting where a setting cannot be used.
    """
    settings = settings or Settings.from_environment()
    app = UnMentoring(
        __name__,
        template_folder=HOUSE / "templates",
        static_folder=HOUSE / "static",
        instance_path=str(settings.instance),
    )
    app.extensions.update(settings=settings, clock=clock)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # A database that was restarted is met anew; and no error quotes what somebody typed.
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=60),
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session
        # The longest form is a reflection of a few thousand characters; nothing is uploaded.
        MAX_CONTENT_LENGTH=MOST_SENT,
        MAX_FORM_MEMORY_SIZE=MOST_SENT,
        MAX_FORM_PARTS=100,
    )
    settings.instance.mkdir(parents=True, exist_ok=True)
    close_to_others(settings.instance, 0o700)
    connect(app)
    Migrate(app, db, directory=str(HOUSE / "migrations"), compare_type=True)
    words.init_babel(app)
    app.jinja_env.globals["csrf_token"] = generate_csrf
    app.url_map.converters["int"] = PlainInteger
    init_features(app)
    for room in (*ROOMS, *app.extensions["features"]):
        app.register_blueprint(room.blueprint)
    init_api(app)
    init_pages(app)
    cli.register_commands(app)
    collect_between(app)
    return app
