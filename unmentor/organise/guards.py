"""Only organisers of a programme come in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from flask import abort
from werkzeug.wrappers import Response

from unmentor.people.guards import needs_sign_in, the_person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import organised_by, programme_named

P = ParamSpec("P")
R = TypeVar("R")


def needs_organiser(view: Callable[Concatenate[Programme, P], R]) -> Callable[..., R | Response]:
    """Hand the view its programme for the slug: 404 where there is none, 403 for anybody but its organisers."""

    @needs_sign_in
    @wraps(view)
    def guarded(slug: str, *args: P.args, **kwargs: P.kwargs) -> R:
        programme = programme_named(slug) or abort(404)
        if programme not in organised_by(the_person()):
            abort(403)
        return view(programme, *args, **kwargs)

    return guarded
