"""Why somebody cannot make it, if they want to say."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from unmentor.forms import Form, at_most, clean_text


class ThirdForm(Form):
    """Whether a third may join them."""

    welcome = HiddenField()


class WithdrawForm(Form):
    """A word to whoever is left."""

    reason = TextAreaField(
        _l("A word to them"),
        description=_l("It goes into their email as it stands."),
        filters=[clean_text],
        validators=[at_most(300)],
    )
