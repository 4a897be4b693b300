"""What a programme that has ended answers to whoever would join it."""

from flask import url_for
from flask_babel import gettext as _

from unmentor.gone import gone
from unmentor.programmes.models import Programme


def refuse_ended(programme: Programme | None) -> None:
    """Answer 410, and lead to what it was, where *programme* has ended."""
    if programme and programme.ended_at:
        gone(
            _("%(programme)s has ended", programme=programme.name),
            _("Nobody can join it any more. What its people learned stays public."),
            _("See what it was"),
            url_for("programmes.show", slug=programme.slug),
        )
