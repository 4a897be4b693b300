"""Joining, as a form."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import DataRequired

from unmentor.forms import SelectChoice, offered
from unmentor.people import address
from unmentor.people.forms import DetailsForm
from unmentor.programmes.models import Programme


class JoinForm(DetailsForm):
    """What somebody tells when they join."""

    programme = RadioField(_l("Programme"), [offered(_l("Pick a programme"))], validate_choice=False)
    agree = BooleanField(
        _l("I agree to be paired at random and to get mail about it"),
        [DataRequired(_l("Agree to be paired, or we cannot pair you"))],
        false_values=("", "no", "off", "false", "0"),
    )

    def __init__(self, programmes: Sequence[Programme], **given: Any) -> None:
        super().__init__(**given)
        self.programme.choices = [SelectChoice(each.slug, each.name) for each in programmes]
        if len(programmes) == 1 and not self.programme.data:
            self.programme.data = programmes[0].slug

    def address(self) -> str:
        """Return the address that was given, once it is valid."""
        return address.standard(str(self.email.data))
