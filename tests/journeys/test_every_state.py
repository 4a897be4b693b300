"""A conversation's page in every state of its life, and what is asked from there: axe finds nothing in any."""

from datetime import datetime, timedelta

from cast import conversation, member, person
from playwright.sync_api import Browser

from journeys.running import Start, visitor
from journeys.seen import Seen
from unmentor.conversations.actions import answer, replied
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation
from unmentor.conversations.move import move
from unmentor.conversations.placing import set_place
from unmentor.db import db
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.rounds.mend import withdraw
from unmentor.runtime import utc_clock

DAY = timedelta(days=1)


def test_axe_finds_nothing_in_any_state_of_a_conversation(browser: Browser, start: Start) -> None:
    server, seen = start(), Seen()
    with server.inside():
        pages = states(utc_clock().replace(second=0, microsecond=0))
    page = visitor(browser, server, looks=True)
    with page.context:
        for what, (path, status, words) in pages.items():
            answered = page.goto(path)
            assert answered is not None
            assert (answered.status, words in page.locator("main").inner_text()) == (status, True), what
            seen.look(page, what)
    assert seen.trouble == []


def states(now: datetime) -> dict[str, tuple[str, int, str]]:
    """Make a conversation in each state; return the page of who starts it, how it is answered, and words on it."""
    ours = db.session.query(Programme).one()

    def talk(starts_at: datetime, people: int = 2, phone: str = "+441632960002", **given: str) -> Conversation:
        names = ("Ada Lovelace", "Siân Ŵyn", "Marek Nowak")[:people]
        number = db.session.query(Person).count()
        about = "I wonder who else counts bins."
        all_of_them = [
            person(name, email=f"{number}-{place}@x.example", phone=phone, about=about, organisation=f"Town {place}")
            for place, name in enumerate(names)
        ]
        for each in all_of_them:
            member(each, ours)
        made = conversation(ours, *all_of_them, starts_at=starts_at, uid=f"{number}@x", **given)
        made.round.inputs = {"rules": {"same_organisation": "avoid"}}
        return made

    ahead, then = now + 11 * DAY, now - timedelta(hours=2)
    made = {name: talk(ahead) for name in ("place", "moved", "proposed", "withdrawn", "third")}
    made |= {"before": talk(ahead), "open": talk(ahead, phone=""), "three": talk(ahead, people=3)}
    made |= {"half hour": talk(now - timedelta(minutes=7)), "after": talk(then), "no": talk(then)}
    made["came"] = talk(now - 31 * DAY, state="met")
    parts = {name: each.participations for name, each in made.items()}
    set_place(parts["place"][1], "The café in the library, upstairs", 0, now)
    move(parts["moved"][1], ahead + DAY, now)
    replied(
        made["proposed"].uid,
        parts["proposed"][1].person.email or "",
        "tentative",
        now,
        sequence=0,
        proposes=ahead + DAY,
    )
    withdraw(parts["withdrawn"][1], "Flood duty.", 7, now)
    answer(parts["no"][0], "no", None, None, now, "absent")
    parts["came"][0].met = "yes"
    db.session.commit()
    ways = {name: f"/c/{key(each[0])}" for name, each in parts.items()}
    return {
        "before": (ways["before"], 200, "You start: say hello first"),
        "no place": (ways["open"], 200, "Where you talk is still open"),
        "a place": (ways["place"], 200, "The café in the library"),
        "moved": (ways["moved"], 200, "Siân has accepted"),
        "a time is proposed": (ways["proposed"], 200, "Yes, that suits me"),
        "three": (ways["three"], 200, "Marek"),
        "the half hour": (ways["half hour"], 200, "thinks aloud"),
        "after": (ways["after"], 200, "Did you talk?"),
        "after, yes chosen": (f"{ways['after']}?met=yes", 200, "It challenged how I think"),
        "it did not happen": (ways["no"], 200, "The next draw brings you somebody new"),
        "a month later": (ways["came"], 200, "Say what came of it"),
        "what came of it": (f"{ways['came']}/came", 200, "What came of it?"),
        "what was learned": (f"{ways['came']}/reflection", 200, "What did you learn"),
        "a third": (f"{ways['third']}/third", 200, "Would you welcome a third?"),
        "all times": (f"{ways['before']}/move", 200, "Pick another time"),
        "let down": (ways["withdrawn"], 410, "cannot make it"),
        "over": (f"{ways['after']}/move", 410, "This conversation is over"),
    }
