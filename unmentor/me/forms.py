"""What a participant changes on their own pages."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Optional, StopValidation, ValidationError

from unmentor.conversations.models import Participation
from unmentor.forms import Form, SelectChoice, at_most, clean_line, offered
from unmentor.people import address, phone
from unmentor.people.forms import AN_ADDRESS, DetailsForm, PasskeyForm, an_address
from unmentor.people.models import LONGEST_KEY_NAME, Person
from unmentor.programmes import forms as programmes
from unmentor.programmes.rhythm import CHOICES
from unmentor.words import day


class ProfileForm(DetailsForm):
    """A person's details; the address is who they are, so it is not among them."""

    email = None  # type: ignore[assignment]  # - WTForms' way to leave a field of the parent out

    @classmethod
    def of(cls, person: Person) -> "ProfileForm":
        """Return the form, filled with what we know."""
        names = ("name", "video", "about", "availability", "language")
        known = {name: getattr(person, name) for name in names}
        # Their own word for it: to save it unchanged changes nothing.
        return cls(data=known | {"phone": phone.written(person.phone), "organisation": person.told_organisation})


class PauseForm(programmes.PauseForm):
    """Until when to be left out of draws, of one programme or of all."""

    programme = HiddenField()


class RhythmForm(Form):
    """How often to take part, in one programme or in all."""

    every = RadioField(
        _l("Take part"),
        [offered()],
        choices=[SelectChoice(every, words) for every, words in CHOICES.items()],
        coerce=int,
        validate_choice=False,
    )
    programme = HiddenField()


class AnotherAddressForm(Form):
    """An address that is not the reader's own."""

    email: EmailField
    their_own: Any

    def __init__(self, own: str, **given: Any) -> None:
        super().__init__(**given)
        self.own = own

    def address(self) -> str:
        """Return the address that was given, once it is valid."""
        return address.standard(str(self.email.data))

    def validate_email(self, field: EmailField) -> None:
        """Refuse their own address."""
        if address.standard(str(field.data)) == self.own:
            raise ValidationError(self.their_own)


def _unless_picked(form: Any, field: EmailField) -> None:
    if not field.data:
        raise StopValidation("" if form.picked else AN_ADDRESS)


class NotWithForm(AnotherAddressForm):
    """Whom not to meet: somebody they have met, or an address."""

    met = SelectField(_l("Somebody you have met"), [offered()], validate_choice=False)
    email = EmailField(
        _l("Their email address"),
        [_unless_picked, at_most(254), an_address],
        [clean_line],
        description=_l("Nobody but you sees this list, and nobody is told."),
    )
    their_own = _l("This is your own address. We never pair you with yourself")

    def __init__(self, own: str, met: Sequence[Participation], **given: Any) -> None:
        super().__init__(own, **given)
        self._met = {str(part.id): part.person for part in met}
        dated = {str(part.id): f"{part.person.name}, {_day(part)}" for part in met}
        self.met.choices = [SelectChoice(*each) for each in [("", _l("Nobody of these")), *dated.items()]]
        self.met.data = self.met.data or ""

    @property
    def picked(self) -> Person | None:
        """Return whom they picked of those they have met."""
        return self._met.get(self.met.data)


def _day(part: Participation) -> str:
    return day(part.conversation.starts_at, part.conversation.round.programme.time_zone)


class NewEmailForm(AnotherAddressForm):
    """Where to write to them from now on."""

    email = EmailField(
        _l("Your new email address"),
        [DataRequired(AN_ADDRESS), at_most(254), an_address],
        [clean_line],
        description=_l("We send a link there. Nothing changes until you have selected it."),
    )
    their_own = _l("This is your address already. Write another one, or change nothing")


class NewPasskeyForm(PasskeyForm):
    """A passkey that a device has just made, and what its owner calls it."""

    name = StringField(
        _l("Name"),
        [Optional(), at_most(LONGEST_KEY_NAME)],
        [clean_line],
        description=_l("Where it is kept, like “My phone”, so that you know it again."),
    )
