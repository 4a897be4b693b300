"""Answer 410: what an old key or address opened is gone, and this is the way forward."""

from typing import NoReturn

from flask import abort, make_response, render_template

GONE = 410


def gone(heading: str, text: str, words: str, address: str) -> NoReturn:
    """Answer with a heading, a sentence, and the way forward as a button that says *words*."""
    page = render_template("errors/410.html", heading=heading, text=text, action=(words, address))
    abort(make_response(page, GONE))
