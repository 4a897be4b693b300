"""What is asked and said by mail once a conversation is over."""

from datetime import timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.mails import heads_up, letter
from unmentor.conversations.models import CAME, MET, Participation
from unmentor.links import link, sign
from unmentor.mail.message import Letter
from unmentor.programmes.models import Membership

# So long after a conversation the key in a mail is enough to say what came of it.
ANSWERED_WITHIN = timedelta(days=150)
STILL_WORTH_ASKING = timedelta(days=5)
# More than anybody is asked before a conversation closes, so that no two questions have one number.
MOST_ASKS = 8


def how_was_it(part: Participation) -> Letter:
    """Return the question how a conversation went; asked a second time, it is another letter."""
    # From when they said that they have a time, where they did.
    since = max(part.conversation.ends_at, part.answered_at or part.conversation.ends_at)
    worth_asking = STILL_WORTH_ASKING * (part.asks + 1)
    numbered = MOST_ASKS * part.conversation.sequence + part.asks
    return letter("how-was-it", part, expires_at=since + worth_asking, numbered=numbered, answers=_answers(part))


def what_came_of_it(part: Participation) -> Letter:
    """Return the question what came of a conversation, a while after it; asked a second time, it is another letter."""
    page = {came: link("conversations.came", token=key(part), came=came) for came in CAME}
    until = part.conversation.ends_at + ANSWERED_WITHIN
    return letter("what-came-of-it", part, expires_at=until, numbered=part.came_asks, answers=page)


def thanks(part: Participation, by: Participation, words: str) -> Letter:
    """Return a line of thanks from another, in their own words."""
    name = by.person.first_name
    with force_locale(part.person.language):
        return heads_up(
            part,
            f"participation:{by.id}",
            None,
            title=_("%(name)s thanks you", name=name),
            says=[_("%(name)s writes after your conversation: “%(words)s”", name=name, words=words)],
            button=(_("Open your conversation"), link("conversations.show", token=key(part))),
            ways=[],
        )


def paused(part: Participation, membership: Membership) -> Letter:
    """Return the kind word to somebody whom we have not heard from three times: paused, and one press to come back."""
    person = part.person
    return Letter(
        kind="paused",
        to=(person.name, person.email or ""),
        about=f"participation:{part.id}",
        person_id=person.id,
        reader=person.nonce,
        values={
            "programme": membership.programme.name,
            "url": link("conversations.back", token=sign("back", membership.nonce)),
        },
        programme_id=membership.programme_id,
        language=person.language,
    )


def _answers(part: Participation) -> dict[str, str]:
    """Return where each answer leads: to the page, with that one chosen and nothing sent yet."""
    page = link("conversations.show", token=key(part))
    return {met: f"{page}?met={met}#how-was-it" for met in MET}
