"""What an organiser tells of somebody else: one person, or a spreadsheet of many."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import EmailField, Field, HiddenField, StringField
from wtforms.validators import DataRequired, ValidationError

from unmentor.forms import Form, at_most, clean_line
from unmentor.people.address import standard
from unmentor.people.forms import AN_ADDRESS, DetailsForm, an_address

# It travels twice, and no form here takes more than 64 KiB.
MOST_BYTES = 60_000
# Each is written an email in the same breath.
MOST_LINES = 500


class AddForm(DetailsForm):
    """Somebody else's details, as far as an organiser knows them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.name.label.text = _("Their name")
        self.email.label.text = _("Their email address")
        self.about.label.text = _("A line about them")
        self.language.label.text = _("We write to them in")

    def address(self) -> str:
        """Return the address that was given, once it is valid."""
        return standard(str(self.email.data))


class ApartForm(Form):
    """From whom somebody is kept apart."""

    email = EmailField(
        _l("The other one’s email address"), [DataRequired(AN_ADDRESS), at_most(254), an_address], [clean_line]
    )

    def address(self) -> str:
        """Return the address that was given, once it is valid."""
        return standard(str(self.email.data))


def an_organisation(_form: Form, field: Field) -> None:
    """Refuse what is no name: strangers read it."""
    if not any(char.isalpha() for char in field.data) or "://" in field.data or "www." in field.data.lower():
        raise ValidationError(_l("Write the name of an organisation with letters, and without a web address"))


class SpellingForm(Form):
    """A name of an organisation, as somebody wrote it."""

    spelling = StringField(
        _l("An organisation, as somebody wrote it"),
        [DataRequired(_l("Write a name that somebody here uses")), at_most(100)],
        [clean_line],
    )


class OrganisationForm(SpellingForm):
    """What an organisation goes by from now on."""

    name = StringField(
        _l("The name that it goes by"),
        [DataRequired(_l("Write the name that it goes by")), at_most(100), an_organisation],
        [clean_line],
        description=_l("That of another organisation makes the two one."),
    )


class UploadForm(Form):
    """A spreadsheet."""

    sheet = FileField(
        _l("CSV file"),
        [FileRequired(_l("Choose a file"))],
        description=_l(
            "At most %(lines)s people and %(size)s kB at a time.", lines=MOST_LINES, size=MOST_BYTES // 1000
        ),
    )

    def validate_sheet(self, field: FileField) -> None:
        """Refuse what is longer than any list of so many people."""
        data = field.data.read(MOST_BYTES + 1)
        field.data.seek(0)
        if len(data) > MOST_BYTES:
            most = MOST_BYTES // 1000
            raise ValidationError(_("That file is too long. Split it into files of at most %(most)s kB", most=most))

    def data_of(self) -> bytes:
        """Return what was sent, once it is valid."""
        return bytes(self.sheet.data.read(MOST_BYTES))


class ConfirmForm(Form):
    """What an organiser looked at, and says yes to."""

    text = HiddenField()
    seen = HiddenField()

    def still_shows(self, seen: str) -> bool:
        """Say whether what was looked at is what would happen; if not, the form says so."""
        if self.seen.data != seen:
            self.form_errors = [_("Something has changed since you looked. This is what would happen now.")]
        return bool(self.seen.data == seen)
