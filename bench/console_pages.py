"""Every page that an organiser can look at, found in the map of the house: a new page is among them by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from flask import Flask, url_for

from bench.console_house import House

# What is no page of a programme in use, and why.
NO_PAGE = {"organise.start_empty": "only for the demo community", "organise.ask_to_start_empty": "the same"}
# What a number in an address stands for, by the page, or else by the word before it.
NUMBERS = {"organise.return_": "pending", "organise.take_down": "public", "people": "one", "rounds": "drawn"}
# What a page is asked beside how it looks at first.
ASKED: dict[str, tuple[dict[str, Any], ...]] = {
    "organise.people": (
        {"page": 2}, {"page": "past"}, {"q": "featherstone council 7"}, {"order": "organisation", "show": "next"},
        {"show": "never"}, {"show": "unreached"}, {"order": "newest", "show": "silent"},
    ),
    "organise.rounds": ({"before": 3},),
    "organise.round_": (
        {"number": "sent"}, {"number": "sent", "q": "wyn"}, {"number": "sent", "show": "unknown"},
        {"number": "sent", "page": "past"},
    ),
    "organise.swap": ({"a": "one"}, {"a": "one", "b": "other"}, {"a": "one", "q": "wyn"}),
    "organise.leave_out": ({"a": "one"},),
    "organise.take_in": ({"q": "wyn"},),
    "organise.organisations": ({"page": "past"},),
    "organise.moderation": ({"page": 2}, {"page": "past"}),
    "organise.log": ({"page": 2}, {"page": "past"}, {"name": "wyn"}, {"deed": "person-paused", "since": "2026-11-20"}),
    "organise.reports": ({"page": 2}, {"page": "past"}),
}  # fmt: skip
# No list has so many pages.
PAST = 9_999
# Nothing to see without somebody's name.
NAMED = {"organise.leave_out", "organise.swap"}


def pages(app: Flask, house: House) -> Iterator[tuple[str, str]]:
    """Yield the address of each page in *house*, and what it is called. KeyError where a new one needs another word."""
    there = asdict(house) | {"past": PAST}
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if not rule.endpoint.startswith("organise.") or "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGE:
            continue
        before = rule.rule.partition("/<int:number>")[0].rpartition("/")[2]
        known = {"slug": house.slug, "reader": house.one}
        if "number" in rule.arguments:
            known["number"] = there[NUMBERS.get(rule.endpoint) or NUMBERS[before]]
        needed = {name: known[name] for name in rule.arguments}
        first = () if rule.endpoint in NAMED else ({},)
        for asked in (*first, *ASKED.get(rule.endpoint, ())):
            yield _named(rule.endpoint, asked), url_for(rule.endpoint, **needed | _filled(asked, there))


def _named(endpoint: str, asked: Mapping[str, Any]) -> str:
    name = endpoint.partition(".")[2].rstrip("_").replace("_", " ")
    return f"{name} ({', '.join(f'{key} {value}' for key, value in asked.items())})" if asked else name


def _filled(asked: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    return {name: there.get(value, value) for name, value in asked.items()}
