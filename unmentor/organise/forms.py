"""What an organiser types."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from unmentor.forms import Form, at_most, clean_text


class ReturnForm(Form):
    """Why a reflection goes back to its writer."""

    note = TextAreaField(
        _l("What should change?"),
        description=_l("They read this. Be kind, and name the line."),
        filters=[clean_text],
        validators=[InputRequired(_l("Say what should change, so that they can mend it")), at_most(500)],
    )
