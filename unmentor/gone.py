"""Answer 410: what an old key or address opened is gone, and this is the way forward."""

from typing import NoReturn

from flask import abort, make_response, render_template

GONE = 410


def gone(heading: str, text: str, words: str, address: str) -> NoReturn:
    """Answer 410 with a heading, a sentence, and the way forward as a button that says *words*."""
    abort(make_response(forward(heading, text, words, address), GONE))


def forward(heading: str, text: str, words: str, address: str) -> str:
    """Return the page that ``gone`` answers with."""
    return render_template("errors/410.html", heading=heading, text=text, action=(words, address))
