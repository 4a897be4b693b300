"""What stands before and after something public, for whoever reads on."""

from sqlalchemy import select, tuple_

from unmentor.db import db
from unmentor.reflections.models import Reflection


def neighbours(reflection: Reflection) -> tuple[Reflection | None, Reflection | None]:
    """Return the public reflections just newer and just older than *reflection*, each None where there is none."""
    place = tuple_(Reflection.published_at, Reflection.id)
    here = tuple_(reflection.published_at, reflection.id)
    public = select(Reflection).where(Reflection.state == "published").limit(1)
    newer = public.where(place > here).order_by(Reflection.published_at, Reflection.id)
    older = public.where(place < here).order_by(Reflection.published_at.desc(), Reflection.id.desc())
    return db.session.scalar(newer), db.session.scalar(older)
