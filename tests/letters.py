"""A letter of every kind, each written by the builder that the service has, over rows in a database of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cast import conversation, kept, member, organiser, person, programme, reflection
from conftest import wipe
from flask_migrate import upgrade

from unmentor.conversations import mails, questions
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.readdressed import readdressed
from unmentor.db import db
from unmentor.factory import create_app
from unmentor.mail.message import Letter
from unmentor.people import mails as people
from unmentor.people.models import EmailChange, Person, Request, SignIn
from unmentor.privacy.retention import _warning
from unmentor.programmes import mails as programmes
from unmentor.programmes.models import Membership, Period, Programme
from unmentor.reflections import mails as reflections
from unmentor.reflections.followers import mails as followers
from unmentor.reflections.followers.models import Bulletin, Follower, FollowRequest
from unmentor.reflections.models import Reflection
from unmentor.reports.mails import reported
from unmentor.reports.models import Report
from unmentor.rounds import mails as rounds
from unmentor.rounds import period_mails
from unmentor.rounds.models import LeftOut, Round
from unmentor.settings import Settings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SOON = datetime(2026, 12, 10, 12, 30, tzinfo=UTC)
LATER = SOON + timedelta(hours=1)
PAGE = "http://127.0.0.1:8000/c/a-key"
TOPICS = {"plain-english": "plain English", "housing": "housing"}


@dataclass(frozen=True)
class World:
    """What there is to write about: Ada and Siân talk, Ben was left out, and then out of a three by himself."""

    programme: Programme
    organiser: Person
    ben: Person
    talk: Conversation
    ada: Participation
    sian: Participation
    three: list[Participation]
    member: Membership
    over: Membership
    period: Period
    report: Report
    asks: Report
    words: Reflection
    follows: FollowRequest
    follower: Follower
    at_once: Bulletin
    weekly: Bulletin
    request: Request
    asked: SignIn
    change: EmailChange

    @property
    def round(self) -> Round:
        """Return the round that drew them."""
        return self.talk.round


# By kind, and where a kind has more builders, by what each says.
BUILDERS: dict[str, Callable[[World], Letter]] = {
    "cancelled": lambda of: mails.cancelled(
        of.sian, of.talk.participations, withdrew=of.ada, reason="Flood duty.", new=[of.ben]
    ),
    "cancelled/round": lambda of: mails.called_off(of.sian),
    "cancelled/untold": lambda of: mails.untold(of.sian, of.talk.participations),
    "confirm": lambda of: people.confirmation(of.request, of.programme.name, None),
    "declined": lambda of: mails.declined(of.sian),
    "email-change": lambda of: people.is_it_yours(of.change),
    "email-change/back": lambda of: people.address_put_back(of.change, NOW),
    "email-change/conversation": lambda of: readdressed(of.sian, "email:a-nonce", NOW),
    "email-change/in use": lambda of: people.in_use(of.change, of.ben),
    "email-change/old": lambda of: people.address_changed(of.change, NOW),
    "follow-confirm": lambda of: followers.is_it_yours(of.follows, "plain English"),
    "follow-confirm/everything": lambda of: followers.is_it_yours(of.follows, ""),
    "follow-update": lambda of: followers.news(of.at_once, of.follower, [of.words], {}),
    "follow-update/topics": lambda of: followers.news(of.at_once, of.follower, [of.words], TOPICS),
    "follow-update/week": lambda of: followers.news(of.weekly, of.follower, [of.words] * 14, {}),
    "follow-update/week of topics": lambda of: followers.news(of.weekly, of.follower, [of.words] * 2, TOPICS),
    "goodbye": lambda of: people.goodbye(of.sian.person, 7, NOW),
    "heads-up": lambda of: mails.proposed(of.sian, of.ada, LATER),
    "heads-up/asked": lambda of: programmes.asked(of.programme, of.organiser, NOW),
    "heads-up/back": lambda of: programmes.is_back(of.member, NOW),
    "heads-up/does not suit": lambda of: mails.does_not_suit(of.ada, of.sian, LATER),
    "heads-up/ended": lambda of: programmes.has_ended(of.over, NOW),
    "heads-up/idle": lambda of: _warning(of.sian.person, NOW),
    "heads-up/invited": lambda of: programmes.invited(of.member),
    "heads-up/late": lambda of: next(period_mails.late(of.programme, of.period, NOW, NOW, 2)),
    "heads-up/organiser": lambda of: programmes.made_organiser(of.member, NOW),
    "heads-up/paused": lambda of: programmes.paused(of.member, NOW),
    "heads-up/removed": lambda of: programmes.removed(of.member),
    "heads-up/resumed": lambda of: programmes.resumed(of.member, NOW),
    "heads-up/thanks": lambda of: questions.thanks(of.sian, of.ada, "Thank you for <b>asking</b> & listening."),
    "heads-up/too few": lambda of: next(period_mails.too_few(of.programme, of.period, NOW, NOW)),
    "heads-up/welcome": lambda of: programmes.welcome(of.member, NOW),
    "how-was-it": lambda of: questions.how_was_it(of.sian),
    "invitation": lambda of: mails.invitation(of.sian),
    "moved": lambda of: mails.moved(of.sian, was=NOW, mover=of.ada),
    "moved/proposed": lambda of: mails.moved(of.sian, was=NOW, mover=of.ada, proposer=of.sian),
    "moved/third": lambda of: mails.moved(of.sian, was=SOON, third=of.ada),
    "moved/place": lambda of: mails.moved(of.sian, was=SOON, placer=of.ada),
    "moved/withdrew": lambda of: mails.moved(of.three[1], was=SOON, withdrew=of.three[2], reason="Flood duty."),
    "paused": lambda of: questions.paused(of.sian, of.member),
    "reflection-published": lambda of: reflections.published(of.words, NOW),
    "reflection-published/partner": lambda of: reflections.shared(of.words, of.ada, False, NOW),
    "reflection-published/asked": lambda of: reflections.shared(of.words, of.ada, True, NOW),
    "reflection-returned/again": lambda of: reflections.read_again(of.words, of.asks, NOW),
    "reflection-returned": lambda of: reflections.returned(of.words, NOW),
    "reminder": lambda of: mails.reminder(of.sian, SOON - timedelta(days=1)),
    "reported": lambda of: next(reported(of.report, ("", ""))),
    "reported/again": lambda of: next(reported(of.asks, ("", ""))),
    "round-ready": lambda of: next(period_mails.drawn(of.round, of.period, NOW)),
    "round-report": lambda of: rounds.round_report(of.round, of.organiser, NOW),
    "sign-in": lambda of: people.sign_in(of.asked, "a-token", "042137"),
    "unpaired": lambda of: rounds.unpaired(of.round, of.ben, NOW),
    "what-came-of-it": lambda of: questions.what_came_of_it(of.sian),
}  # fmt: skip
LETTERS = sorted(BUILDERS)


def letter(kind: str = "invitation", **given: Any) -> Letter:
    """Return a letter of this kind to Siân, unless told otherwise."""
    made = written()[kind]
    known = {
        "to": ("Siân Wyn", "sian@gwynedd.example"), "about": "conversation:12", "person_id": 7, "reader": "siân",
        "values": {**made.values, **given.pop("values", {})}, "programme_id": None, "language": "en", "sequence": 0,
        "not_before": None, "expires_at": None,
    }  # fmt: skip
    return replace(made, **known | given)


def world() -> World:
    """Make what there is to write about."""
    of = programme(word="Bring a question.")
    olu, ada, ben = (
        organiser(of),
        person(about="I count. Ask me about <bins> & bees.", video="ada on Teams"),
        person("Ben"),
    )
    sian = person("Siân Wyn", email="sian@gwynedd.example", about="Ask me about leeks.", organisation="Gwynedd")
    talk = conversation(of, ada, sian, starts_at=SOON)
    talk.round.inputs = {"rules": {"same_organisation": "avoid"}}
    talk.round.groups, talk.round.word = [[ada.id, sian.id]], "Bring a question."
    kept(LeftOut(round_id=talk.round_id, person_id=ben.id))
    ours, hers = talk.participations
    three = conversation(of, ada, sian, ben, starts_at=LATER).participations
    three[2].withdrew_at = NOW
    member(ada, of)
    words = reflection(hers, "Nobody reads the strategy.\n\nEverybody reads the rota.", note="It names somebody.")
    return World(
        programme=of, organiser=olu, ben=ben, talk=talk, ada=ours, sian=hers, three=three, words=words,
        member=member(sian, of, state="paused", paused_until=date(2027, 1, 4)),
        over=member(sian, programme("Over", ended_at=NOW)),
        period=kept(Period(programme_id=of.id, slot="2026-12-07T09:00", claimed_at=NOW, outcome="waiting")),
        report=kept(Report(programme_id=of.id, participation_id=hers.id, reason="Why?", at=NOW, about=[ada.id])),
        asks=kept(Report(
            programme_id=of.id, participation_id=ours.id, reflection_id=words.id, begins=words.headline, at=NOW,
            reason="It names me.", about=[sian.id],
        )),
        follows=kept(FollowRequest(email=sian.email, asked_at=NOW)),
        follower=kept(Follower(email=sian.email, since=NOW)),
        at_once=kept(Bulletin(slot="at-once", how_often="at-once", made_at=NOW)),
        weekly=kept(Bulletin(slot="weekly", how_often="weekly", made_at=NOW)),
        request=kept(Request(email=sian.email, browser_hash="", asked_at=NOW)),
        change=kept(EmailChange(person_id=sian.id, old=sian.email, new="sian@home.example", asked_at=NOW)),
        asked=kept(SignIn(
            person_id=sian.id, token_hash="t", code_hash="c", asked_at=NOW, expires_at=NOW + timedelta(minutes=30)
        )),
    )  # fmt: skip


@cache
def written() -> dict[str, Letter]:
    """Return every letter as its builder wrote it, its calendar too, from rows that no test meets."""
    with TemporaryDirectory() as folder:
        app = create_app(Settings(f"sqlite:///{folder}/letters.sqlite", "only for these tests", Path(folder)))
        app.extensions["clock"] = lambda: NOW
        with app.app_context():
            upgrade()
            wipe()
            of = world()
            made = {name: build(of) for name, build in BUILDERS.items()}
            made = {name: replace(each, calendar=each.calendar and each.calendar()) for name, each in made.items()}
            # Templates read these rows when the database is gone.
            for row in list(db.session):
                db.session.refresh(row)
            db.session.expunge_all()
            db.engine.dispose()
    return made
