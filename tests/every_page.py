"""Every page there is, as one reader is shown it."""

from collections.abc import Iterator

from flask.testing import FlaskClient

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation


def every_page(client: FlaskClient, part: Participation) -> Iterator[tuple[str, int, bytes]]:
    """Yield every page by its endpoint as this browser is shown it, with the key of *part* where one is asked for."""
    slugs = {"reflections": "ask-twice", "topics": "data"}
    for rule in client.application.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        first = rule.rule.removeprefix("/api/v1").split("/")[1]
        known = {"slug": slugs.get(first, "unmentoring"), "token": key(part), "name": "reflections", "number": 1}
        known |= {"filename": "style.css", "reader": part.person_id} | (rule.defaults or {})
        if "/people/<" in rule.rule:
            known["number"] = part.person_id
        told = {name: known.get(name, "1") for name in rule.arguments}
        with client.get(client.application.url_map.bind("").build(rule.endpoint, told)) as answer:
            yield rule.endpoint, answer.status_code, answer.data
