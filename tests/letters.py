"""A letter of every kind, as the rooms above write them."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from unmentor.conversations.models import CAME, MET
from unmentor.mail.message import Letter

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOON = datetime(2026, 12, 10, 12, 30, tzinfo=UTC)
ADA = SimpleNamespace(
    name="Ada Lovelace", first_name="Ada", organisation="Devon", phone="01632 960 002", video="ada on Teams",
    about="I count things that nobody asked me to count. Ask me about <bins> & bees.",
)  # fmt: skip
BEN = SimpleNamespace(name="Ben Wyn", first_name="Ben", organisation="", phone="", video="", about="")
PAGE = "http://127.0.0.1:8000/c/a-key"
ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"

TALK = {"partners": [ADA], "starts_at": SOON, "zone": "Europe/London", "programme": "UnMentoring", "url": PAGE}
VALUES: dict[str, dict[str, Any]] = {
    "confirm": {"url": PAGE, "programme": "UnMentoring"},
    "sign-in": {"url": PAGE, "code": "042137", "minutes": 30},
    "invitation": TALK
    | {
        "round": 12, "minutes": 30, "where": "Online, at meet.example.org", "where_link": "https://meet.example.org/x",
        "rings_from": "", "where_url": PAGE + "/place", "starter": "Ada",
        "you_start": False, "suits_all": False, "about": "Ask me about bilingual services and growing leeks.",
        "move_url": PAGE + "/move", "withdraw_url": PAGE + "/withdraw",
        "prompts": ["What did you change your mind about this year?", "Who is missing where you work?",
                    "What would you stop doing tomorrow?"],
    },
    "cancelled": TALK
    | {"withdrew": "Ada", "mine": False, "talk_on": False, "reason": "Flood duty.", "new": [BEN], "first_next": False},
    "heads-up": {
        "programme": "UnMentoring", "title": "Your calendar said no.", "says": ["It cannot say why.", "You can."],
        "button": ("Pick another time", PAGE), "ways": [("I can’t make it", PAGE + "/withdraw")],
    },
    "round-report": {
        "programme": "UnMentoring", "round": 12, "url": PAGE, "summary": ["21 conversations.", "17 happened."],
    },
    "unpaired": {"programme": "UnMentoring", "round": 12, "url": PAGE, "why": "odd"},
    "how-was-it": TALK | {"answers": {met: f"{PAGE}?met={met}" for met in MET}},
    "what-came-of-it": TALK | {"answers": {came: f"{PAGE}/came?came={came}" for came in CAME}},
    "reflection-published": {"text": "Nobody reads the strategy.\n\nEverybody reads the rota.", "url": PAGE},
    "reflection-returned": {"text": "Marek is wrong.", "note": "It names somebody. Can you change that?", "url": PAGE},
    "reported": {"programme": "UnMentoring", "round": 12, "url": PAGE, "operator": False},
    "round-ready": {
        "programme": "UnMentoring", "round": 12, "url": PAGE,
        "summary": "43 conversations, no pair that has met before, nobody left out.", "since": "",
    },
    "goodbye": {"count": 7},
    "follow-confirm": {"topic": "plain English", "url": PAGE},
    "follow-update": {
        "reflections": [{"text": "Everybody reads the rota.", "byline": "Ada, Devon", "url": PAGE}], "url": PAGE,
    },
}  # fmt: skip
VALUES["reminder"] = VALUES["invitation"] | {"tomorrow": True}
VALUES["declined"] = VALUES["invitation"]
VALUES["paused"] = {"programme": "UnMentoring", "url": PAGE}
VALUES["moved"] = VALUES["invitation"] | {
    "was": NOW,
    "mover": "Ada",
    "mine": False,
    "placed": False,
    "withdrew": "",
    "reason": "",
}


def letter(kind: str = "invitation", **given: Any) -> Letter:
    """Return a letter of this kind to Siân, unless told otherwise."""
    values = VALUES[kind] | given.pop("values", {})
    calendar = ("REQUEST", ICS) if kind == "invitation" else None
    known = {"to": ("Siân Wyn", "sian@gwynedd.example"), "about": "conversation:12", "person_id": 7, "reader": "siân"}
    return Letter(**{"kind": kind, "values": values, "calendar": calendar} | known | given)
