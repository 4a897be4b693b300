"""What an organiser types."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from unmentor.forms import Form, at_most, clean_text
from unmentor.reflections.models import Reflection


class PublishForm(Form):
    """A press that makes a reflection public, as the organiser read it and not as its writer changed it since."""

    read = HiddenField()

    def __init__(self, reflection: Reflection) -> None:
        super().__init__()
        self.reflection = reflection

    def validate_read(self, field: HiddenField) -> None:
        """Refuse what was changed after the page was opened."""
        if field.data != self.reflection.written_at.isoformat():
            raise ValidationError(_l("Its writer has changed it in the meantime. Read it once more"))


class ReturnForm(Form):
    """Why a reflection goes back to its writer."""

    note = TextAreaField(
        _l("What should change?"),
        description=_l("They read this. Be kind, and name the line."),
        filters=[clean_text],
        validators=[InputRequired(_l("Say what should change, so that they can mend it")), at_most(500)],
    )
