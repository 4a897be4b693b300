"""What somebody may type to follow."""

from collections.abc import Iterable
from typing import Self, cast

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, RadioField, SelectField
from wtforms.validators import DataRequired

from unmentor.forms import Form, SelectChoice, at_most, clean_line, offered
from unmentor.people import address
from unmentor.people.forms import AN_ADDRESS, an_address
from unmentor.reflections.followers.models import AT_ONCE, EVERYTHING, WEEKLY
from unmentor.reflections.models import Topic

PACES = {AT_ONCE: _l("As soon as there is something"), WEEKLY: _l("Once a week, on Monday morning")}


class FollowForm(Form):
    """An address, what it follows, and how often we write."""

    email = EmailField(
        _l("Your email address"),
        [DataRequired(AN_ADDRESS), at_most(254), an_address],
        [clean_line],
        description=_l("We keep it for this alone, and erase it when you stop."),
    )
    topic = SelectField(_l("What to follow"), [offered()], validate_choice=False, default=EVERYTHING)
    how_often = RadioField(
        _l("How often"),
        [offered()],
        choices=[SelectChoice(pace, words) for pace, words in PACES.items()],
        default=WEEKLY,
        validate_choice=False,
    )

    @classmethod
    def of(cls, topics: Iterable[Topic], wanted: str) -> Self:
        """Return the form, with the topic that is *wanted* chosen where there is one of that name."""
        choices = [SelectChoice(EVERYTHING, _l("Everything")), *(SelectChoice(each.slug, each.name) for each in topics)]
        form = cls(data={"topic": wanted} if wanted in {choice.value for choice in choices} else None)
        form.topic.choices = choices
        return form

    def address(self) -> str:
        """Return the address that was given, once it is valid."""
        return address.standard(cast(str, self.email.data))
