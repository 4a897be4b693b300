"""What people tell of themselves, and the ways to ask for a sign-in."""

import re
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional, StopValidation, ValidationError

from unmentor.forms import Form, SelectChoice, at_most, clean_line, clean_text, offered
from unmentor.people import address, phone, video
from unmentor.people.details import Details
from unmentor.timetable.slots import SLOTS
from unmentor.words import LANGUAGES, chosen_language

AN_ADDRESS = _l("Write your email address like sian@gwynedd.gov.uk")
# As JSON; devices answer with one to three thousand characters.
MOST_OF_A_PASSKEY = 8_000
SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|(javascript|data|vbscript|http|https):")
A_WAY_TO_TALK = _l("Give a phone number, a Teams name or link, or both, so that somebody can reach you")


def an_address(_form: Form, field: Field) -> None:
    """Refuse what no mail could reach."""
    try:
        address.standard(field.data)
    except ValueError:
        raise StopValidation(AN_ADDRESS) from None


def a_phone(_form: Form, field: Field) -> None:
    """Refuse what nobody could dial."""
    try:
        phone.standard(field.data)
    except ValueError:
        raise ValidationError(
            _l("Write the number with its area code, like 01632 960 002 or +44 1632 960002")
        ) from None


def a_handle(_form: Form, field: Field) -> None:
    """Refuse a link that is not https, so that pressing it is safe."""
    if video.asks_for_an_account(field.data):
        raise ValidationError(_l("A room there opens only for somebody with an account. Give another link or a number"))
    if SCHEME.match(field.data) and not video.host(field.data):
        raise ValidationError(_l("Write a link that starts with https://, or a name such as sian.wyn on Teams"))


def a_name(_form: Form, field: Field) -> None:
    """Refuse a name without a letter, and one that would carry an advert to a stranger's mailbox."""
    if not any(char.isalpha() for char in field.data):
        raise ValidationError(_l("Write your name with letters"))
    if "://" in field.data or "www." in field.data.lower():
        raise ValidationError(_l("Leave web addresses out of your name"))


class DetailsForm(Form):
    """What a person tells of themselves."""

    name = StringField(
        _l("Your name"),
        [DataRequired(_l("Write your name")), at_most(100), a_name],
        [clean_line],
        description=_l("As you would like somebody new to greet you."),
    )
    email = EmailField(
        _l("Your email address"),
        [DataRequired(AN_ADDRESS), at_most(254), an_address],
        [clean_line],
        description=_l("For invitations. Only the organisers and the people you are paired with see it."),
    )
    phone = TelField(
        _l("Phone"),
        [Optional(), at_most(40), a_phone],
        [clean_line],
        description=_l("Give this, or a Teams name or link, or both. Only the people you are paired with see them."),
    )
    video = StringField(
        _l("Teams name or link"),
        [Optional(), at_most(200), a_handle],
        [clean_line],
        description=_l("So that you can talk by video. A name on Zoom, Meet or whatever you like will do as well."),
    )
    organisation = StringField(
        _l("Organisation"),
        [Optional(), at_most(100)],
        [clean_line],
        description=_l("We try to pair you with somebody from another one."),
    )
    about = TextAreaField(
        _l("Ask me about"),
        [Optional(), at_most(500)],
        [clean_text],
        description=_l("A line for whoever meets you: what you do, what you wonder about."),
    )
    availability = SelectMultipleField(
        _l("When suits you"),
        [offered(_l("Pick times from the table"))],
        choices=[SelectChoice(slot) for slot in SLOTS],
        validate_choice=False,
        description=_l("Leave it empty if any time on a working day is fine."),
    )
    language = RadioField(
        _l("We write to you in"),
        [offered(_l("Pick English or Welsh"))],
        coerce=lambda chosen: chosen or chosen_language(),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        default=chosen_language,
        validate_choice=False,
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Say whether all is well; one of phone and video is needed."""
        valid: bool = super().validate(extra_validators)
        if not self.phone.data and not self.video.data:
            self.phone.errors = [*self.phone.errors, A_WAY_TO_TALK]
            return False
        return valid

    def details(self) -> Details:
        """Return what was told, once it is valid."""
        return Details(
            name=cast(str, self.name.data),
            phone=phone.standard(self.phone.data) if self.phone.data else "",
            video=self.video.data or "",
            organisation=self.organisation.data or "",
            about=self.about.data or "",
            availability=[slot for slot in SLOTS if slot in (self.availability.data or [])],
            language=self.language.data,
        )


class SignInForm(Form):
    """Ask for a sign-in mail."""

    email = EmailField(_l("Your email address"), [DataRequired(AN_ADDRESS), at_most(254), an_address], [clean_line])
    next = HiddenField()

    def address(self) -> str:
        """Return the address that was given, once it is valid."""
        return address.standard(cast(str, self.email.data))


def the_code() -> StringField:
    """Return a field for the six digits of a mail, however they are spaced."""
    return StringField(
        _l("Code"),
        [DataRequired(_l("Write the six digits from the email"))],
        [lambda typed: "".join(clean_line(typed).split())],
        description=_l("Six digits, in the email we sent."),
        render_kw={"inputmode": "numeric", "class": "code", "maxlength": 12, "autocomplete": "one-time-code"},
    )


class PasskeyForm(Form):
    """What a device answered, as a browser's script put it; the form shows nothing of it."""

    passkey = HiddenField(validators=[at_most(MOST_OF_A_PASSKEY)])
    next = HiddenField()


class CodeForm(SignInForm):
    """Sign in with the code of a mail, in any browser."""

    next = None  # type: ignore[assignment]  # - WTForms' way to leave a field of the parent out
    code = the_code()


class ProofForm(Form):
    """Show once more who one is, with the code of a mail. Its name is no other field's: those of a form come along."""

    proof_code = the_code()
