"""Requests that no page or mail of ours makes, and routes that no number of ours fits: refused before anything else."""

from itertools import chain
from urllib.parse import urlsplit

from flask import abort, request
from werkzeug.routing import IntegerConverter

from unmentor.runtime import settings

DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# Asked by machines that know an address and no name.
NAMELESS = {"public.healthz", "public.readyz"}


class PlainInteger(IntegerConverter):
    """A number in an address: plain digits, and no more than every database holds."""

    regex = "[0-9]{1,9}"


def refuse_foreign() -> None:
    """Answer 400 to a request under a prefix, with a NUL in it, or for another host than that of a public BASE_URL."""
    if settings().public and request.endpoint not in NAMELESS and not _is_ours(request.host):
        abort(400)
    typed = chain([request.path], *request.args.listvalues(), *request.form.listvalues())
    if request.script_root or any("\0" in text for text in typed):
        abort(400)


def _is_ours(host: str) -> bool:
    ours = urlsplit(settings().base_url)
    return host.lower() in {ours.netloc.lower(), f"{ours.netloc.lower()}{DEFAULT_PORTS[ours.scheme]}"}
