"""The page of a conversation, before, during and after, as one of its people sees it."""

from flask import render_template
from flask_babel import get_locale

from unmentor import runtime
from unmentor.conversations.calendar_entry import feed_address
from unmentor.conversations.came_of_it import may_have_come
from unmentor.conversations.forms import NotesForm, OutcomeForm
from unmentor.conversations.guards import is_here, may_write
from unmentor.conversations.half_hour import steps
from unmentor.conversations.models import Participation
from unmentor.conversations.notes import notes_of
from unmentor.conversations.prompts import prompts
from unmentor.conversations.proposals import proposer
from unmentor.conversations.queries import membership
from unmentor.conversations.where import link_to, place, where
from unmentor.forms import Form
from unmentor.programmes.queries import next_draw


def page(
    part: Participation,
    token: str,
    form: OutcomeForm | None = None,
    *,
    met: str | None = None,
    noting: NotesForm | None = None,
    refused: Form | None = None,
) -> str:
    """Return the page, with what they said of it, or what they try to say now in one of its forms.

    *met* is an answer that is chosen for them, and not yet given; *refused* is a button that came too late.
    """
    conversation, now = part.conversation, runtime.now()
    programme, member = conversation.round.programme, membership(part) if part.met == "no" else None
    drawn_again = member and not programme.ended_at and not member.is_paused(programme.today(now))
    found = place(conversation)
    return render_template(
        "conversations/show.html",
        part=part,
        conversation=conversation,
        programme=programme,
        token=token,
        form=form or OutcomeForm(formdata=None, data=_said(part, met)),
        proposer=proposer(conversation, now),
        refused=refused,
        place=found,
        where=where(found, part.person),
        way_in=link_to(found, part.person),
        prompts=prompts(conversation),
        feed=feed_address(part.person) if is_here(part) else "",
        writable=may_write(part),
        ripe=may_have_come(part, now),
        noting=noting or NotesForm(formdata=None, data={"notes": notes_of(part)}),
        steps=steps(conversation),
        now=now,
        on_the_day=programme.today(conversation.starts_at) == programme.today(now),
        begun=conversation.starts_at <= now,
        next_draw=next_draw(programme, now) if drawn_again else None,
        goes_first=member and member.first_next and part.why_not == "absent",
        over=conversation.ends_at <= now or conversation.state != "arranged",
        locale=get_locale(),
    )


def _said(part: Participation, met: str | None) -> dict[str, str | None]:
    again = None if part.again is None else ("yes" if part.again else "no")
    challenged = str(part.challenged) if part.challenged else None
    return {"met": met or part.met, "why_not": part.why_not, "challenged": challenged, "again": again}
