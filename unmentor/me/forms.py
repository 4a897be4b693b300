"""What a participant changes on their own pages."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, HiddenField, StringField
from wtforms.validators import DataRequired, Optional, ValidationError

from unmentor.forms import Day, Form, at_most, clean_line
from unmentor.people import address, phone
from unmentor.people.forms import AN_ADDRESS, DetailsForm, PasskeyForm, an_address
from unmentor.people.models import LONGEST_KEY_NAME, Person


class ProfileForm(DetailsForm):
    """A person's details; the address is who they are, so it is not among them."""

    email = None  # type: ignore[assignment]  # - WTForms' way to leave a field of the parent out

    @classmethod
    def of(cls, person: Person) -> "ProfileForm":
        """Return the form, filled with what we know."""
        names = ("name", "video", "organisation", "about", "availability", "language")
        known = {name: getattr(person, name) for name in names}
        return cls(data=known | {"phone": phone.international(person.phone)})


class PauseForm(Form):
    """Until when to be left out of draws."""

    programme = HiddenField()
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


class NotWithForm(Form):
    """Whom not to meet."""

    email = EmailField(
        _l("Their mail address"),
        [DataRequired(AN_ADDRESS), at_most(254), an_address],
        [clean_line],
        description=_l("Nobody but you sees this list, and nobody is told."),
    )

    def __init__(self, own: str, **given: Any) -> None:
        super().__init__(**given)
        self.own = own

    def address(self) -> str:
        """Return the address that was given, once it is valid."""
        return address.standard(str(self.email.data))

    def validate_email(self, field: EmailField) -> None:
        """Refuse their own address."""
        if address.standard(str(field.data)) == self.own:
            raise ValidationError(_l("This is your own address. We never pair you with yourself"))


class NewPasskeyForm(PasskeyForm):
    """A passkey that a device has just made, and what its owner calls it."""

    name = StringField(
        _l("Name"),
        [Optional(), at_most(LONGEST_KEY_NAME)],
        [clean_line],
        description=_l("Where it is kept, like “My phone”, so that you know it again."),
    )
