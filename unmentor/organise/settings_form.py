"""The settings of a programme, as a form: every field is a rule, by the name that the command line gives it."""

import json
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import TimeInput

from unmentor.forms import Form, SelectChoice
from unmentor.organise.consequences import NATIONS, slot_in_words
from unmentor.programmes.models import Programme
from unmentor.programmes.rhythm import day_of_week
from unmentor.programmes.rules import RULES, WrongRule, read, written
from unmentor.timetable.slots import SLOTS


def rule(_form: Any, field: Any) -> None:
    """Refuse what is no such rule, and say what is."""
    try:
        RULES[field.short_name].read((field.data or "").strip())
    except ValueError as error:
        raise StopValidation(_of(field, error)) from None


def _of(field: Any, error: ValueError) -> str:
    """Say of which field it is: at the top of a long page there is nothing beside it that would."""
    return f"{field.label.text}: {error}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _choices(*pairs: tuple[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


def _one_of(label: Any, *pairs: tuple[str, Any], hint: Any = "") -> RadioField:
    return RadioField(label, [rule], choices=_choices(*pairs), validate_choice=False, description=hint)


def _number(label: Any, hint: Any = "") -> StringField:
    return StringField(label, [rule], description=hint, render_kw={"inputmode": "numeric", "size": 4})


class SettingsForm(Form):
    """What an organiser may set, and what it was when they opened the page."""

    base = HiddenField()
    name = StringField(_l("Name"), [rule], render_kw={"autocomplete": "off"})
    about = TextAreaField(
        _l("What it is, in English"), [rule], description=_l("A sentence or two, on its page and where people join.")
    )
    about_cy = TextAreaField(
        _l("What it is, in Welsh"), [rule], description=_l("Whoever reads Welsh sees this, where there is one.")
    )
    every = _one_of(
        _l("How often"), ("weekly", _l("Every week")), ("fortnightly", _l("Every two weeks")),
        ("four-weekly", _l("Every four weeks")), ("monthly", _l("Every month")),
    )  # fmt: skip
    weekday = SelectField(_l("Day of the draw"), [rule], validate_choice=False)
    nth = SelectField(
        _l("Which one in the month"), [rule], validate_choice=False, description=_l("For a round every month."),
        choices=_choices(("1", _l("the first")), ("2", _l("the second")), ("3", _l("the third")),
                         ("4", _l("the fourth")), ("5", _l("the fifth, where there is one")), ("-1", _l("the last"))),
    )  # fmt: skip
    draw_time = StringField(_l("Time of the draw"), [rule], widget=TimeInput(), description=_l("Like 09:30."))
    notice = _number(
        _l("Days of notice before a draw"),
        _l("A short email says: you are in. 0 for none. Empty for the usual: 7, and none before weekly rounds."),
    )
    review = _one_of(
        _l("Once it is drawn"), ("wait", _l("it waits until an organiser sends it")),
        ("send", _l("it is sent by itself")),
    )  # fmt: skip
    lead_days = _number(_l("Days from the draw to the first conversations"))
    window_days = _number(_l("Days within which everybody talks"))
    minutes = _number(_l("Minutes of a conversation"))
    default_slot = SelectField(_l("Where no time suits everybody"), [rule], validate_choice=False)
    nation = _one_of(_l("Nobody talks on the bank holidays of"), *NATIONS.items())
    odd = _one_of(
        _l("Where the number of people is odd"), ("trio", _l("three of them talk together")),
        ("standby", _l("somebody who offered to step in makes it even")),
        ("sit-out", _l("one sits out, nobody twice before everybody was once")),
    )  # fmt: skip
    same_organisation = _one_of(
        _l("People from the same organisation"), ("avoid", _l("meet only where nothing else is possible")),
        ("forbid", _l("never meet, and some may be left out for it")), ("allow", _l("meet like any others")),
    )  # fmt: skip
    moderation = _one_of(
        _l("Before a reflection is public"), ("first", _l("you look at each person’s first")),
        ("all", _l("you look at every one")), ("none", _l("nobody looks; you can take it down later")),
    )  # fmt: skip
    approve = _one_of(
        _l("Whoever joins"), ("no", _l("takes part at once")), ("yes", _l("waits for an organiser’s yes"))
    )
    domains = StringField(
        _l("Only for addresses at"), [rule], render_kw={"autocomplete": "off"},
        description=_l("Domains such as devon.gov.uk, leeds.gov.uk. Empty for everybody."),
    )  # fmt: skip
    word = TextAreaField(
        _l("A word from the organisers"), [rule],
        description=_l("In the invitations of the next round, as your words. After that round this is empty again."),
    )  # fmt: skip
    # The mark of what was looked at before saving.
    seen = HiddenField()

    def __init__(self, programme: Programme) -> None:
        self.programme, self.rules = programme, dict[str, Any]()
        known = written(programme)
        super().__init__(data=known | {"base": json.dumps(known)})
        self.weekday.choices = [SelectChoice(str(number), _capital(day_of_week(number))) for number in range(7)]
        self.default_slot.choices = [SelectChoice(slot, _capital(slot_in_words(slot))) for slot in SLOTS]

    @property
    def typed(self) -> dict[str, str]:
        """Return what stands in each field, by the name of its rule."""
        return {name: str(self[name].data or "") for name in RULES if name in self}

    def validate(self, extra_validators: Any = None) -> bool:
        """Read the rules, and refuse what somebody else has changed since the page was opened."""
        if not super().validate(extra_validators):
            return False
        try:
            self.rules = read(self.typed, self.programme)
        except WrongRule as error:
            self[error.name].errors = [_of(self[error.name], error)]
            return False
        return self._is_of_now()

    def _is_of_now(self) -> bool:
        """Say whether nobody else has changed anything meanwhile; if so, show theirs beside what was typed here."""
        theirs, then = written(self.programme), self._opened_with()
        for name, typed in self.typed.items():
            mine = RULES[name].write(RULES[name].read(typed.strip()))
            if theirs[name] in (then.get(name), mine):
                continue
            if mine == then.get(name):
                self[name].data = theirs[name]
                self[name].errors = [_("Somebody else has changed this in the meantime. Theirs stands here now")]
            else:
                self[name].errors = [
                    _("Somebody else wrote “%(theirs)s” here in the meantime. Yours is below: keep it, or write theirs",
                      theirs=theirs[name])
                ]  # fmt: skip
        self.base.data = json.dumps(theirs)
        return not self.errors

    def _opened_with(self) -> dict[str, str]:
        try:
            known = json.loads(self.base.data or "")
        except ValueError:
            known = None
        return known if isinstance(known, dict) else written(self.programme)
