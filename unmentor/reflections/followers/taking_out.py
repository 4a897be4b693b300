"""Take a reflection out of the letters to followers that have not left."""

from sqlalchemy import delete, select, update

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.reflections.followers.models import Bulletin, InBulletin, letters_of
from unmentor.reflections.models import Reflection


def take_out(reflection_id: int) -> None:
    """Let no letter leave that tells of a reflection as it was: it is changed, or not public any more.

    What else such a letter told is written again, in the next minute. One that may have left already does not leave
    again; so nobody is told twice.
    """
    # No bulletin takes it in from here on, before this is done.
    db.session.execute(select(Reflection.id).where(Reflection.id == reflection_id).with_for_update())
    told = select(InBulletin.bulletin_id).where(InBulletin.reflection_id == reflection_id)
    # Whoever writes letters of it at this moment comes first, and then they are dropped.
    bulletins = select(Bulletin).where(Bulletin.id.in_(told)).order_by(Bulletin.id).with_for_update()
    for bulletin in db.session.scalars(bulletins.execution_options(populate_existing=True)).all():
        letters = Message.person_id.is_(None), Message.about == letters_of(bulletin.id)
        perhaps = update(Message).where(*letters, Message.state.in_(("uncertain", "failed")))
        db.session.execute(perhaps.values(state="expired", trouble="What it told was taken back or changed"))
        unsent = delete(Message).where(*letters, Message.state.in_(("queued", "held")))
        if db.session.scalars(unsent.returning(Message.id)).all():
            bulletin.told_to, bulletin.told_at = 0, None
