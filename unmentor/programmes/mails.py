"""What a programme tells who joins it."""

from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor.links import Above, link, sign
from unmentor.mail.message import Letter
from unmentor.people.models import Person
from unmentor.programmes.models import EACH, Membership, Programme
from unmentor.programmes.queries import next_draw
from unmentor.words import day, when


def welcome(member: Membership, now: datetime) -> Letter:
    """Return the news that an organiser has let somebody in, and when the next draw is."""
    programme = member.programme
    with force_locale(member.person.language):
        moment = when(next_draw(programme, now), programme.time_zone)
        return _heads_up(
            f"membership:{member.nonce}",
            member,
            title=_("You are in %(programme)s.", programme=programme.name),
            says=[_("An organiser has said yes. The next draw includes you: %(when)s.", when=moment)],
            button=(_("Go to your page"), link(Above.OWN_PAGE)),
        )


def invited(member: Membership) -> Letter:
    """Return the question to somebody in another programme whether they take part in this one too."""
    with force_locale(member.person.language):
        return _heads_up(
            f"invited:{member.nonce}",
            member,
            title=_("Would you take part in %(programme)s too?", programme=member.programme.name),
            says=[
                _("An organiser has put you on the list. No draw includes you until you say yes."),
                _("If you would rather not, there is nothing you need to do."),
            ],
            button=(_("Take part"), link(Above.BACK, token=sign("back", member.nonce))),
        )


def has_ended(member: Membership, now: datetime) -> Letter:  # noqa: ARG001 - the same call as for its twin
    """Return the news that a programme has ended: nothing is drawn any more, and what is arranged stays."""
    programme = member.programme
    with force_locale(member.person.language):
        return _heads_up(
            f"ended:{programme.id}:{programme.ended_at:%Y%m%d%H%M%S}",
            member,
            title=_("%(programme)s has ended.", programme=programme.name),
            says=[
                _("Nobody is paired any more, and there is nothing you need to do. Thank you for having taken part."),
                _("If you have a conversation ahead it stays: talk when you said you would."),
            ],
            button=(_("Go to your page"), link(Above.OWN_PAGE)),
        )


def is_back(member: Membership, now: datetime) -> Letter:
    """Return the news that a programme that had ended draws again."""
    programme = member.programme
    with force_locale(member.person.language):
        moment = when(next_draw(programme, now), programme.time_zone)
        today = programme.today(now)
        away = member.is_paused(today) or member.is_skipping(today) or not member.approved
        return _heads_up(
            f"back:{programme.id}:{programme.starts_on}",
            member,
            title=_("%(programme)s is back.", programme=programme.name),
            says=[
                _("The next draw is on %(when)s.", when=moment),
                _("It does not include you unless you want it to: you can say so on your page.")
                if away
                else _("It includes you, as before. If you would rather not, you can pause on your page."),
            ],
            button=(_("Go to your page"), link(Above.OWN_PAGE)),
        )


def paused(member: Membership, now: datetime) -> Letter:
    """Return the news that an organiser leaves somebody out of draws, with the way back."""
    until = member.paused_until
    with force_locale(member.person.language):
        return _heads_up(
            f"paused:{member.id}:{now:%Y%m%d%H%M%S}",
            member,
            title=_("You are paused in %(programme)s.", programme=member.programme.name),
            says=[
                _("An organiser has paused you until %(day)s.", day=day(until)) if until else
                _("An organiser has paused you until you come back."),
                _("No draw includes you until then. What is arranged already stays."),
            ],
            button=(_("Come back"), link(Above.BACK, token=sign("back", member.nonce))),
        )  # fmt: skip


def resumed(member: Membership, now: datetime) -> Letter:
    """Return the news that an organiser has taken somebody back in, and when the next draw is."""
    programme = member.programme
    with force_locale(member.person.language):
        moment = when(next_draw(programme, now), programme.time_zone)
        return _heads_up(
            f"resumed:{member.id}:{now:%Y%m%d%H%M%S}",
            member,
            title=_("You are back in %(programme)s.", programme=programme.name),
            says=[
                _("An organiser has taken you back in. The next draw includes you: %(when)s.", when=moment)
                if member.every == EACH
                else _("An organiser has taken you back in. Draws include you as often as you chose; see your page."),
                _("If you would rather stay out, pause on your page."),
            ],
            button=(_("Go to your page"), link(Above.OWN_PAGE)),
        )


def removed(member: Membership) -> Letter:
    """Return the news that an organiser has taken somebody out of a programme for good."""
    with force_locale(member.person.language):
        return _heads_up(
            f"removed:{member.id}",
            member,
            title=_("You are no longer in %(programme)s.", programme=member.programme.name),
            says=[
                _("An organiser has taken you out. No draw of it includes you any more."),
                _("What you published stays. On your page you can see what else you are in, or leave altogether."),
            ],
            button=(_("Go to your page"), link(Above.OWN_PAGE)),
            was_in=True,
        )


def made_organiser(member: Membership, now: datetime) -> Letter:
    """Return the news that somebody looks after a programme from now on."""
    programme = member.programme
    with force_locale(member.person.language):
        return _heads_up(
            f"organiser:{member.id}:{now:%Y%m%d%H%M%S}",
            member,
            title=_("You organise %(programme)s now.", programme=programme.name),
            says=[
                _("Another organiser has asked you to look after it with them."),
                _("You see who takes part, look at draws before they go, and mend what needs mending."),
            ],
            button=(_("See the programme"), link(Above.PROGRAMME, slug=programme.slug)),
            as_organiser=True,
        )


def _heads_up(about: str, member: Membership, **values: Any) -> Letter:
    person = member.person
    return Letter(
        kind="heads-up",
        to=(person.name, person.email or ""),
        about=about,
        person_id=person.id,
        reader=person.nonce,
        values={"programme": member.programme.name, "ways": []} | values,
        programme_id=member.programme_id,
        language=person.language,
    )


def asked(programme: Programme, organiser: Person, now: datetime) -> Letter:
    """Return the news to an organiser that somebody waits for a yes; it names nobody, and holds no word of theirs."""
    with force_locale(organiser.language):
        values = {
            "programme": programme.name,
            "title": _("Somebody waits for your yes in %(programme)s.", programme=programme.name),
            "says": [_("No draw includes them until then. We write of this once a day at the most.")],
            "button": (_("See who waits"), link(Above.PEOPLE, slug=programme.slug)),
            "ways": [],
            "as_organiser": True,
        }
    return Letter(
        kind="heads-up",
        to=(organiser.name, organiser.email or ""),
        about=f"asked:{programme.slug[:30]}:{now:%Y%m%d%H%M%S}",
        person_id=organiser.id,
        reader=organiser.nonce,
        values=values,
        programme_id=programme.id,
        language=organiser.language,
    )
