"""Who may go where: every address of the house, and every role that may knock."""

from collections.abc import Container
from urllib.parse import urlsplit

import pytest
from cast import member, organiser, person, programme, sign_in, token
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from unmentor.people.models import Person
from unmentor.programmes.models import Programme

OPEN = {
    # What anybody may read.
    "public.about": "how it works",
    "public.accessibility": "a statement that the law wants public",
    "public.home": "the first page",
    "public.impact": "what the experiment shows, in numbers that name nobody",
    "public.impact_csv": "the same as a table",
    "public.impact_json": "the same as JSON",
    "public.privacy": "a notice that the law wants public",
    "programmes.show": "what a programme is, in numbers",
    "rounds.index": "which rounds there were",
    "rounds.show": "what a draw achieved, in numbers, and how it can be checked",
    "reflections.atom": "what people chose to make public",
    "reflections.feed": "what people chose to make public",
    "reflections.json": "what people chose to make public",
    "reflections.report": "anybody may report what is public",
    "reflections.rss": "what people chose to make public",
    "reflections.show": "what people chose to make public",
    "reflections.show_picture": "the first words of what people chose to make public",
    "reflections.all_topics": "every topic of what is public",
    "reflections.follow": "the addresses of public feeds, and anybody may ask for email; its owner confirms",
    "reflections.sitemap": "the addresses of what is public",
    "programmes.index": "what programmes there are",
    "reflections.topic": "what people chose to make public",
    "reflections.topic_atom": "what people chose to make public",
    "reflections.topic_json": "what people chose to make public",
    "reflections.topic_rss": "what people chose to make public",
    # The same for programs.
    "api.docs": "how programs read what is public",
    "api.impact": "the figures of a public page",
    "api.openapi": "which addresses there are",
    "api.programme": "what a public page shows",
    "api.programmes": "what a public page shows",
    "api.reflection": "what people chose to make public",
    "api.reflections": "what people chose to make public",
    "api.round_": "what a public page shows",
    "api.rounds": "what a public page shows",
    "api.topics": "every topic of what is public",
    "api.data": "what the open data holds",
    "api.package": "the same for programs",
    "api.table": "what public pages show, as a table",
    # What machines ask.
    "public.favicon": "a picture",
    "public.healthz": "is the process up?",
    "public.readyz": "can it work? It names nobody",
    "public.robots": "what robots should leave alone",
    "static": "the stylesheet and the mark",
    # The way in, and out.
    "me.goodbye": "the last page of somebody who is gone",
    "people.sign_in": "who is not in yet asks for a mail here",
    "people.challenge": "a random number that only this browser’s session knows again",
    "people.sign_in_code": "the code is the key",
    "people.sign_in_passkey": "the passkey is the key",
    "people.sign_out": "ends the sessions of whoever holds one, and nobody else’s",
    "programmes.check_your_email": "shows this browser what it typed itself",
    "programmes.join": "who is not in yet joins here",
    "reports.thanks": "thanks whoever reported something, and knows nothing of it",
    "public.language": "changes this browser's cookie only",
    # Only where mail is caught, on a machine of one's own; its own guard asks.
    "devmail.calendar": "caught mail",
    "devmail.html": "caught mail",
    "devmail.inbox": "caught mail",
    "devmail.show": "caught mail",
}
# A signed key from a mail is asked for: any other is 404, whoever brings it.
KEYED = {
    "conversations.back", "conversations.calendar", "conversations.came", "conversations.invite", "conversations.move",
    "conversations.notes", "conversations.outcome", "conversations.place", "conversations.proposal",
    "conversations.show", "me.unsubscribe", "me.unsubscribe_undo",
    "me.new_email", "me.old_email",
    "programmes.confirm", "rounds.skip", "rounds.skip_undo",
    "people.sign_in_link", "reflections.ask_again",
    "reflections.confirm_following", "reflections.stop_following",
    "reflections.thanks", "reflections.withdraw", "reflections.write",
    "reports.conversation",
    "rounds.third", "rounds.withdraw",
    "rounds.withdrawn",
}  # fmt: skip
SIGNED_IN = {
    "me.data", "me.email", "me.home", "me.join", "me.leave", "me.not_with", "me.not_with_remove",
    "me.passkey_challenge",
    "me.passkey_remove", "me.passkeys", "me.pause", "me.profile", "me.renew", "me.resume",
    "me.not_this_one", "me.rhythm", "me.standby", "me.this_one_too",
    "organise.home", "people.prove", "rounds.download",
}  # fmt: skip
ORGANISERS = {
    "organise.add_person", "organise.ask_person", "organise.confirm_import", "organise.export_people",
    "organise.import_people", "organise.make_organiser", "organise.pause_person", "organise.person",
    "organise.remove_person", "organise.resume_person", "organise.stop_organiser",
    "organise.approve", "organise.ask_to_cancel", "organise.ask_to_start_empty", "organise.cancel", "organise.draw",
    "organise.ask_to_draw", "organise.picture", "organise.try_draw",
    "organise.export_log", "organise.hold", "organise.lift_suppression", "organise.log", "organise.mail",
    "organise.moderation", "organise.people", "organise.programme", "organise.publish", "organise.redraw",
    "organise.release", "organise.return_", "organise.round_", "organise.rounds", "organise.send", "organise.undo",
    "organise.invitation", "organise.invitation_html", "organise.leave_out", "organise.stop", "organise.swap",
    "organise.take_in",
    "organise.start_empty", "organise.take_down", "organise.try_again",
    "organise.ask_to_end", "organise.end", "organise.reopen", "organise.settings",
    "organise.organisation_apart", "organise.organisations",
    "organise.keep_apart", "organise.keep_person_apart", "organise.reports", "organise.settle_report",
    "organise.stop_apart",
}  # fmt: skip
# Of these, what sends, exports, removes, or changes who comes in: it wants a proof that is 15 minutes old at most.
FRESH = {
    "me.email", "me.passkey_challenge", "me.passkey_remove", "me.passkeys", "organise.cancel", "organise.end",
    "organise.export_log", "organise.export_people", "organise.make_organiser", "organise.release",
    "organise.remove_person", "organise.reopen", "organise.send", "organise.start_empty", "organise.stop_organiser",
}  # fmt: skip
TO_SIGN_IN, FORBIDDEN, NOT_FOUND = 303, 403, 404


def test_every_address_is_guarded_or_open_for_a_reason(app: Flask) -> None:
    known = [*OPEN, *KEYED, *SIGNED_IN, *ORGANISERS]
    assert sorted({rule.endpoint for rule in app.url_map.iter_rules()}) == sorted(known)


@pytest.fixture
def ours(app: Flask) -> Programme:
    """Return the programme whose doors are knocked at."""
    return programme("Ours")


@pytest.mark.thorough
@pytest.mark.parametrize("role", ["anonymous", "participant", "organiser of another programme"])
def test_only_its_organisers_come_into_a_console(app: Flask, ours: Programme, role: str) -> None:
    client = _browser_of(app, ours, role)
    for rule, method in _doors(app, ORGANISERS):
        assert _told(_knock(client, rule, method)) == ("sign in" if role == "anonymous" else "no"), (rule, method)


@pytest.mark.thorough
def test_an_organiser_comes_into_their_own_console(app: Flask, ours: Programme) -> None:
    client = _browser_of(app, ours, "organiser of it")
    for rule, method in _doors(app, ORGANISERS):
        assert _told(_knock(client, rule, method)) == "come in", (rule, method)


@pytest.mark.thorough
def test_only_what_weighs_asks_for_a_fresh_proof(app: Flask, ours: Programme) -> None:
    client = _browser_of(app, ours, "organiser of it")
    for rule, method in _doors(app, ORGANISERS | SIGNED_IN - {"people.prove", "me.leave"}):
        with client.session_transaction() as session:
            session["proved"] = 0
        asked = _told(_knock(client, rule, method)) == "prove it"
        assert asked == (rule.endpoint in FRESH), (rule, method)


def test_a_participants_own_pages_ask_who_it_is(app: Flask, ours: Programme) -> None:
    stranger, ada = _browser_of(app, ours, "anonymous"), _browser_of(app, ours, "participant")
    for rule, method in _doors(app, SIGNED_IN):
        assert _told(_knock(stranger, rule, method)) == "sign in", (rule, method)
        # Without the form's token nothing is done: to be asked for it is to be in.
        assert _told(_knock(ada, rule, method, with_token=False)) == "come in", (rule, method)


@pytest.mark.thorough
@pytest.mark.one_engine
@pytest.mark.parametrize("role", ["anonymous", "participant", "organiser of it"])
def test_a_key_of_ones_own_making_opens_nothing(app: Flask, ours: Programme, role: str) -> None:
    client = _browser_of(app, ours, role)
    for rule, method in _doors(app, KEYED):
        assert _knock(client, rule, method).status_code == NOT_FOUND, (rule, method)


def test_what_is_open_asks_nobody_to_sign_in(app: Flask, ours: Programme) -> None:
    client = _browser_of(app, ours, "anonymous")
    for rule, method in _doors(app, OPEN):
        assert _told(_knock(client, rule, method)) == "come in", (rule, method)


def _browser_of(app: Flask, ours: Programme, role: str) -> FlaskClient:
    """Return the browser of somebody in a *role*."""
    client = app.test_client()
    someone: Person | None = {
        "anonymous": lambda: None,
        "participant": lambda: member(person("Ada"), ours).person,
        "organiser of it": lambda: organiser(ours),
        "organiser of another programme": lambda: organiser(programme("Elsewhere")),
    }[role]()
    if someone:
        sign_in(client, someone)
    return client


def _doors(app: Flask, endpoints: Container[str]) -> list[tuple[Rule, str]]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in endpoints]
    return [(rule, method) for rule in rules for method in sorted({"GET", "POST"} & (rule.methods or set()))]


def _knock(client: FlaskClient, rule: Rule, method: str, with_token: bool = True) -> TestResponse:
    """Ask for an address as a form of ours would, with values of no meaning but the programme's name."""
    turns = rule._converters.items()
    values = {name: 1 if "Integer" in type(turn).__name__ else "x" for name, turn in turns}
    values |= {"slug": "ours"} if rule.endpoint.startswith("organise.") else {}
    path = client.application.url_map.bind("").build(rule.endpoint, values, method)
    if method == "GET":
        return client.get(path)
    return client.post(path, data={"csrf_token": token(client)} if with_token else {})


def _told(answer: TestResponse) -> str:
    """Return what whoever knocked was told: "sign in", "no", "prove it" or "come in", whatever awaits them there."""
    if answer.status_code == TO_SIGN_IN and urlsplit(answer.location).path == "/sign-in":
        return "sign in"
    if urlsplit(answer.location or "").path == "/prove" or 'name="proof_code"' in answer.text:
        return "prove it"
    return "no" if answer.status_code == FORBIDDEN else "come in"
