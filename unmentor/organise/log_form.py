"""What an organiser looks for in the log."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Optional

from unmentor.audit.deeds import Deed, sentence
from unmentor.forms import Day, Form, at_most, clean_line
from unmentor.organise.log_lines import Asked
from unmentor.programmes.models import Programme


class LogForm(Form):
    """A search: it changes nothing, so it needs no token and its address can be kept."""

    class Meta:
        """No token."""

        csrf = False

    name = StringField(_l("Name"), [at_most(100)], [clean_line])
    deed = SelectField(_l("What was done"), validate_choice=False)
    since = Day(_l("From"), [Optional()])
    until = Day(_l("Until"), [Optional()])

    def __init__(self, **given: Any) -> None:
        super().__init__(formdata=request.args, **given)
        deeds = sorted(((deed.value, sentence(deed)) for deed in Deed), key=lambda choice: choice[1].casefold())
        self.deed.choices = [("", _l("Anything")), *deeds]

    def asked(self, programme: Programme) -> Asked:
        """Return what is looked for, once it is valid; days are days where *programme* is."""

        def start(day: date) -> datetime:
            return datetime.combine(day, time(), programme.zone)

        return Asked(
            name=self.name.data or "",
            deed=self.deed.data or "",
            since=start(self.since.data) if self.since.data else None,
            before=start(self.until.data + timedelta(days=1)) if self.until.data else None,
        )

    def address(self) -> dict[str, str]:
        """Return what was typed, for the address of another page of the same search."""
        return {name: value for name in self._fields if (value := request.args.get(name, ""))}
