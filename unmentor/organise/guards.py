"""Only organisers of a programme come in, and only those of every programme may do what concerns them all."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from flask import abort
from werkzeug.wrappers import Response

from unmentor.people.guards import needs_sign_in, the_person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes, organised_by, programme_named

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


def needs_operator(view: Callable[Concatenate[Programme, P], R]) -> Callable[Concatenate[Programme, P], R]:
    """Let in only who may do what concerns every programme: 403 for who organises some. It stands below the other."""

    @wraps(view)
    def guarded(programme: Programme, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if not is_operator():
            abort(403)
        return view(programme, *args, **kwargs)

    return guarded


def is_operator() -> bool:
    """Say whether whoever is signed in organises every programme, and so may do what concerns them all."""
    return set(all_programmes()) <= set(organised_by(the_person()))
