"""What somebody says went wrong."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from unmentor.forms import Form, at_most, clean_text
from unmentor.reports.models import LONGEST


class ReportForm(Form):
    """What went wrong, in somebody's own words."""

    reason = TextAreaField(
        _l("What is wrong?"),
        filters=[clean_text],
        validators=[InputRequired(_l("Say what is wrong, in a few words")), at_most(LONGEST)],
    )

    @property
    def words(self) -> str:
        """Return what they say."""
        return str(self.reason.data)
