"""How it went, another time and another place, as a person says it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Optional
from wtforms.widgets import DateTimeLocalInput

from unmentor.conversations.models import MET
from unmentor.conversations.move import AreYouSure, CannotMove, Offer
from unmentor.conversations.notes import LONGEST
from unmentor.forms import Form, SelectChoice, at_most, clean_line, clean_text, offered
from unmentor.words import when

SCALE = [SelectChoice(str(step)) for step in range(1, 6)]
OTHER = "other"


class OutcomeForm(Form):
    """Did you talk, did it challenge you, would you do it again."""

    met = RadioField(
        _l("Did you talk?"),
        choices=[
            SelectChoice(MET[0], _l("Yes")),
            SelectChoice(MET[1], _l("No")),
            SelectChoice(MET[2], _l("Not yet, but we have a time")),
        ],
        validators=[InputRequired(_l("Say whether you talked")), offered()],
        validate_choice=False,
    )
    why_not = RadioField(
        _l("What happened?"),
        choices=[
            SelectChoice("absent", _l("They did not come")),
            SelectChoice("could-not", _l("I could not")),
            SelectChoice("forgot", _l("We forgot")),
        ],
        validators=[Optional(), offered()],
        validate_choice=False,
    )
    challenged = RadioField(
        _l("It challenged how I think"), choices=SCALE, validators=[Optional(), offered()], validate_choice=False
    )
    again = RadioField(
        _l("Would you talk to them again?"),
        choices=[SelectChoice("yes", _l("Yes, gladly")), SelectChoice("no", _l("Rather not"))],
        validators=[Optional(), offered()],
        validate_choice=False,
    )
    thanks = StringField(_l("A line of thanks to them"), [at_most(200)], [clean_line])

    @property
    def how_challenging(self) -> int | None:
        """Return how much it challenged them, 1 to 5, where they say so."""
        return int(self.challenged.data) if self.challenged.data else None

    @property
    def once_more(self) -> bool | None:
        """Return whether they would talk to them again, where they say so."""
        return self.again.data == "yes" if self.again.data else None


class CameForm(Form):
    """What came of it, and a line about that."""

    came = RadioField(
        _l("What came of it?"),
        choices=[
            SelectChoice("nothing", _l("Nothing yet")),
            SelectChoice("idea", _l("An idea that I used")),
            SelectChoice("again", _l("We spoke again")),
            SelectChoice("together", _l("We visited each other, or worked together")),
            SelectChoice("changed", _l("It changed a decision or a service")),
        ],
        validators=[InputRequired(_l("Say what came of it, or that nothing has yet")), offered()],
        validate_choice=False,
    )
    line = StringField(_l("A line about it"), [at_most(280)], [clean_line])


class NotesForm(Form):
    """What somebody wants to remember."""

    notes = TextAreaField(_l("What you would like to remember"), [at_most(LONGEST)], [clean_text])


class MoveForm(Form):
    """One of the times that are offered, or another that was agreed on."""

    start = RadioField(_l("When can you talk?"), validators=[Optional()], validate_choice=False)
    other = StringField(_l("Another time"), validators=[Optional()], widget=DateTimeLocalInput())
    # The time that was asked about, since few would mean it.
    asked = HiddenField()

    def __init__(self, offers: Sequence[Offer], zone: str, **given: Any) -> None:
        super().__init__(**given)
        known = [SelectChoice(offer.local, when(offer.starts_at, zone)) for offer in offers]
        self.start.choices = [*known, SelectChoice(OTHER, _l("Another time, which I write below"))]
        if self.start.data and self.start.data not in {OTHER, *(offer.local for offer in offers)}:
            # A time that is not on the list any more, or that a program sent, counts as written.
            self.other.data, self.start.data = self.start.data, OTHER

    def chosen(self) -> str:
        """Return the time that was picked or written, as it was. Raises CannotMove where there is none."""
        listed = self.start.data not in {OTHER, None, ""}
        text: str = (self.start.data if listed else self.other.data) or ""
        if not text:
            raise CannotMove(_l("Pick a time, or write another"))
        return text

    @property
    def sure(self) -> bool:
        """Say whether they were asked about this very time, and sent it again."""
        return bool(self.asked.data) and self.asked.data == self.chosen()

    def refuse(self, why: CannotMove) -> None:
        """Say beside the field why the time cannot be, or ask whether it is meant."""
        self.asked.data = self.chosen() if isinstance(why, AreYouSure) else ""
        field = self.start if self.start.data not in {OTHER, None, ""} or not self.other.data else self.other
        field.errors = [str(why)]


class ProposalForm(Form):
    """Whether the time that a calendar proposes suits."""

    start = HiddenField()
    answer = HiddenField(validators=[AnyOf(("yes", "no"), _l("Say whether it suits you"))])


class PlaceForm(Form):
    """One of the places that they offer, or another that was agreed on."""

    place = RadioField(_l("Where do you talk?"), validators=[Optional()], validate_choice=False)
    other = StringField(_l("A link, or where you meet"), validators=[Optional()], filters=[clean_line])
    # How often somebody had said where when this form was filled in.
    seen = HiddenField()

    def __init__(self, known: Mapping[str, str], seen: int, **given: Any) -> None:
        super().__init__(**given)
        self.place.choices = [SelectChoice(told, words) for told, words in known.items()]
        self.place.choices.append(SelectChoice(OTHER, _l("Somewhere else, which I write below")))
        if self.place.data and self.place.data not in {OTHER, *known}:
            # What is not on the list any more, or what a program sent, counts as written.
            self.other.data, self.place.data = clean_line(self.place.data), OTHER
        looked = self.seen.data or ""
        self.looked = int(looked) if re.fullmatch("[0-9]{1,6}", looked) else seen

    def chosen(self) -> str:
        """Return what was picked or written, as it was; "" for neither."""
        listed = self.place.data not in {OTHER, None, ""}
        return (self.place.data if listed else self.other.data) or ""

    def refuse(self, why: str, seen: int) -> None:
        """Say beside the field why it cannot be; whoever sends it again has seen how it is now."""
        field = self.place if self.place.data not in {OTHER, None, ""} else self.other
        field.errors, self.seen.data = [why], str(seen)
