"""What whoever wrote something, or is named in it, has a right to: to read it all, and that it lets go of them."""

import re
from typing import Any

from sqlalchemy import select

from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.people.models import Person
from unmentor.reflections.actions import drop_letters_about, look_again
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import reflections_of


def exported(person: Person) -> dict[str, Any]:
    """Return everything that *person* wrote, ready for JSON; moments as ISO 8601 in UTC."""
    written = [
        {
            "text": each.text,
            "link": each.link,
            "topics": [topic.name for topic in each.topics],
            "attribution": each.attribution,
            "signed": each.byline,
            "state": each.state,
            "note": each.note,
            "was": each.was,
            "written_at": each.written_at.isoformat(),
            "published_at": each.published_at.isoformat() if each.published_at else None,
        }
        for each in reflections_of(person)
    ]
    return {"reflections": written}


def let_go(person: Person) -> None:
    """Take the name of *person* off what they published, and drop what is not public.

    What names them in public, whoever wrote it, goes to a moderator.
    """
    for reflection in _naming(person):
        look_again(reflection)
    for reflection in reflections_of(person):
        drop_letters_about(reflection)
        if reflection.published_at is None or reflection.state in {"returned", "withdrawn"}:
            db.session.delete(reflection)
        else:
            reflection.attribution = "anonymous"
            reflection.signed_name = reflection.signed_place = reflection.note = ""
            reflection.was = None


def _naming(person: Person) -> list[Reflection]:
    """Return what is public and names *person*: in full, or by first name where they were in the conversation."""
    if not person.name:
        return []
    met = select(Participation.conversation_id).where(Participation.person_id == person.id)
    of_theirs = Reflection.participation.has(Participation.conversation_id.in_(met))
    first, full = person.first_name, person.name
    may = Reflection.text.icontains(full, autoescape=True) | (
        of_theirs & Reflection.text.icontains(first, autoescape=True)
    )
    found = db.session.execute(select(Reflection, of_theirs).where(Reflection.state == "published", may))
    return [each for each, theirs in found if _names(each.text, first if theirs else full)]


def _names(text: str, name: str) -> bool:
    """Say whether *name* stands in *text* as a word of its own."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
