"""How it went, as a person says it."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired, Optional

from unmentor.forms import Form, SelectChoice, offered

SCALE = [SelectChoice(str(step)) for step in range(1, 6)]


class OutcomeForm(Form):
    """Did you talk, did it challenge you, would you do it again."""

    met = RadioField(
        _l("Did you talk?"),
        choices=[
            SelectChoice("yes", _l("Yes")),
            SelectChoice("no", _l("No")),
            SelectChoice("planned", _l("Not yet, but we have a time")),
        ],
        validators=[InputRequired(_l("Say whether you talked")), offered],
        validate_choice=False,
    )
    challenged = RadioField(
        _l("It challenged how I think"), choices=SCALE, validators=[Optional(), offered], validate_choice=False
    )
    again = RadioField(
        _l("Would you talk to them again?"),
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
        validators=[Optional(), offered],
        validate_choice=False,
    )
