"""What a programme tells who joins it."""

from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor.links import Above, link
from unmentor.mail.message import Letter
from unmentor.programmes.models import Membership
from unmentor.programmes.queries import next_draw
from unmentor.words import when


def welcome(member: Membership, now: datetime) -> Letter:
    """Return the news that an organiser has let somebody in, and when the next draw is."""
    person, programme = member.person, member.programme
    with force_locale(person.language):
        moment = when(next_draw(programme, now), programme.time_zone)
        values = {
            "programme": programme.name,
            "title": _("You are in %(programme)s.", programme=programme.name),
            "says": [_("An organiser has said yes. The next draw includes you: %(when)s.", when=moment)],
            "button": (_("Go to your page"), link(Above.OWN_PAGE)),
            "ways": [],
        }
    return Letter(
        kind="heads-up",
        to=(person.name, person.email or ""),
        about=f"membership:{member.nonce}",
        person_id=person.id,
        reader=person.nonce,
        values=values,
        language=person.language,
    )
