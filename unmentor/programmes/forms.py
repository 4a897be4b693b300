"""Joining and pausing, as forms."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, EmailField, RadioField
from wtforms.validators import DataRequired, Optional, ValidationError

from unmentor.forms import Day, Form, SelectChoice, offered
from unmentor.people import address
from unmentor.people.forms import DetailsForm
from unmentor.programmes.models import Programme


def only_for(programme: Programme) -> str:
    """Return the kind word to somebody whose address a programme is not for."""
    domains = ", ".join(programme.domains)
    said = _("%(programme)s is for people with an address at %(domains)s. Use yours there, if you have one",
             programme=programme.name, domains=domains)  # fmt: skip
    return str(said)


class JoinForm(DetailsForm):
    """What somebody tells when they join."""

    programme = RadioField(_l("Programme"), [offered(_l("Pick a programme"))], validate_choice=False)
    agree = BooleanField(
        _l("I agree to be paired at random and to get email about it"),
        [DataRequired(_l("Agree to be paired, or we cannot pair you"))],
        false_values=("", "no", "off", "false", "0"),
    )

    def __init__(self, programmes: Sequence[Programme], **given: Any) -> None:
        super().__init__(**given)
        self.programmes = programmes
        self.programme.choices = [SelectChoice(each.slug, each.name) for each in programmes]
        if len(programmes) == 1 and not self.programme.data:
            self.programme.data = programmes[0].slug

    def validate_email(self, field: EmailField) -> None:
        """Refuse an address that the programme is not for, and say which it is for."""
        chosen = next((each for each in self.programmes if each.slug == self.programme.data), None)
        if chosen and not chosen.admits(address.standard(str(field.data))):
            raise ValidationError(only_for(chosen))

    def address(self) -> str:
        """Return the address that was given, once it is valid."""
        return address.standard(str(self.email.data))


class PauseForm(Form):
    """Until when to be left out of draws."""

    until = Day(
        _l("Until"),
        [Optional()],
        description=_l("From that day on the draw includes you again. Leave it empty if you cannot say yet."),
    )

    def __init__(self, today: date, **given: Any) -> None:
        super().__init__(**given)
        self.today = today

    def validate_until(self, field: DateField) -> None:
        """Refuse a day that has come: the pause would be over before it begins."""
        if field.data and field.data <= self.today:
            raise ValidationError(_l("Pick a day after today, or leave it empty"))
