"""Who is at the door: the signed-in person, and the decorator that asks for one."""

from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar, cast

from flask import g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor.gone import gone
from unmentor.links import Above
from unmentor.people.models import Person
from unmentor.people.queries import person_in

P = ParamSpec("P")
R = TypeVar("R")


def signed_in() -> Person | None:
    """Return the person who is signed in in this browser, or None. Asks the database once a request."""
    # Looked at each time: a page that asks who reads it is no page for all.
    known = session.get("person")
    if "person" not in g:
        person = person_in(known) if isinstance(known, str) else None
        g.person = person if person and person.left_at is None else None
    return cast(Person | None, g.person)


def the_person() -> Person:
    """Return the signed-in person, in a view that ``needs_sign_in``."""
    person = signed_in()
    if person is None:
        raise LookupError("This view is not guarded")
    return person


def has_left() -> NoReturn:
    """Answer whoever brings an old key and has left since (410): nothing is kept, and the way back is open."""
    gone(*farewell())


def farewell() -> tuple[str, str, str, str]:
    """Return what ``gone`` and ``forward`` say to somebody who has left."""
    return (
        _("You have left"),
        _("We keep no detail of you and write to you no more. You are welcome back whenever you like."),
        _("Join again"),
        url_for(Above.JOIN),
    )


def needs_sign_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Send whoever is not signed in to the sign-in page, and back here after."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if signed_in() is None:
            # Only a page can be come back to: a button that was pressed is not pressed again by itself.
            wanted = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("people.sign_in", next=wanted), 303)
        return view(*args, **kwargs)

    return guarded
