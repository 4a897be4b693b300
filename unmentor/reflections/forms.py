"""What a person may type about what they learned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from slugify import slugify
from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField, URLField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import CheckboxInput

from unmentor.conversations.models import Participation
from unmentor.conversations.notes import notes_of
from unmentor.forms import Form, SelectChoice, at_most, clean_line, clean_text, offered
from unmentor.reflections.models import ATTRIBUTIONS, Reflection, Topic, byline
from unmentor.words import LANGUAGES

SHORTEST, LONGEST = 10, 2000
MOST_TOPICS, LONGEST_TOPIC = 5, 40
TOO_SHORT = _l("Write at least a few words, or skip this part")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote, clean and within bounds."""

    text: str
    topics: tuple[str, ...] = ()
    link: str = ""
    attribution: str = "first-name"
    # Of their words; where nobody says, the one in which they read our pages and emails.
    language: str = ""


def topic_slug(name: str) -> str:
    """Return what makes two spellings one topic: "Plain English" and "plain-english" are.

    >>> topic_slug("Plain English")
    'plain-english'
    """
    return slugify(name, max_length=60)


def topic_names(text: str) -> tuple[str, ...]:
    """Return the topics in a comma-separated line, each once, as first spelt."""
    names = (name for part in text.split(",") if (name := clean_line(part)))
    return tuple({topic_slug(name): name for name in reversed(list(names))}.values())[::-1]


def long_enough(_form: Any, field: Any) -> None:
    """Refuse a slip of the finger."""
    if len(field.data) < SHORTEST:
        raise ValidationError(TOO_SHORT)


def few_short_topics(form: Any, _field: Any) -> None:
    """Refuse too many topics, one that is a sentence, and one without a letter to find it by."""
    names = form.topic_names
    if len(names) > MOST_TOPICS:
        raise ValidationError(
            _l("Choose at most %(most)s topics. There are %(has)s now", most=MOST_TOPICS, has=len(names))
        )
    for name in names:
        if len(name) > LONGEST_TOPIC:
            raise ValidationError(_l("Shorten “%(topic)s”, or put commas between topics", topic=name))
        if not topic_slug(name):
            raise ValidationError(_l("Use letters or numbers for the topic “%(topic)s”", topic=name))


def web_address(_form: Any, field: Any) -> None:
    """Refuse what is not the address of a page: another scheme, no host, a space inside."""
    try:
        parts = urlsplit(field.data)
        good = parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and " " not in field.data
    except ValueError:
        good = False
    if field.data and not good:
        raise ValidationError(_l("Copy the whole address of the post, from https:// on"))


def known_attribution(_form: Any, field: Any) -> None:
    """Refuse an attribution that we never offer."""
    if field.data not in ATTRIBUTIONS:
        raise ValidationError(_l("Choose how we name you"))


class ReflectionForm(Form):
    """What somebody learned, and how much of themselves they put to it."""

    text = TextAreaField(
        _l("What did you learn, or what will you try?"),
        filters=[clean_text],
        validators=[InputRequired(TOO_SHORT), long_enough, at_most(LONGEST)],
    )
    tapped = SelectMultipleField(
        _l("Topics"),
        choices=[],
        option_widget=CheckboxInput(),
        validate_choice=False,
        description=_l("Select those that fit, five at the most."),
    )
    topics = StringField(
        _l("Other topics"),
        filters=[clean_line],
        validators=[at_most(2 * MOST_TOPICS * LONGEST_TOPIC), few_short_topics],
        description=_l("With commas between."),
    )
    link = URLField(
        _l("A post or tweet that says more"),
        filters=[clean_line],
        validators=[web_address, at_most(500)],
        description=_l("Its whole address, if you wrote about it elsewhere"),
    )
    language = SelectField(
        _l("Written in"),
        validators=[Optional(), offered()],
        choices=[SelectChoice(each, name) for each, name in LANGUAGES.items()],
        validate_choice=False,
    )
    over = HiddenField()
    attribution = RadioField(
        _l("How we name you"),
        default="first-name",
        validators=[known_attribution],
        validate_choice=False,
        description=_l("Under your words it will say"),
    )

    @classmethod
    def of(cls, participation: Participation, written: Reflection | None, offered: Sequence[Topic]) -> Self:
        """Return the form as its writer should see it: what they wrote before, and how each byline would read.

        Topics that are *offered* are there to select, any other to type.
        """
        # What they noted for themselves, or wrote about what came of it, is a beginning.
        said: dict[str, Any] = {"text": notes_of(participation) or participation.came_line}
        said["language"] = participation.person.language
        names = [topic.name for topic in offered]
        if written and written.state != "withdrawn":
            theirs = [topic.name for topic in written.topics]
            said = {"text": written.text, "link": written.link, "attribution": written.attribution}
            said["language"] = written.language
            said |= {"tapped": theirs, "topics": ", ".join(name for name in theirs if name not in names)}
        form = cls(data=said | {"over": written.version if written else ""})
        form.tapped.choices = [SelectChoice(name, name) for name in names]
        # Where two read the same, as for a person without an organisation, the first is enough.
        bylines = {byline(participation.person, each): each for each in reversed(ATTRIBUTIONS)}
        form.attribution.choices = [SelectChoice(each, read) for read, each in reversed(bylines.items())]
        return form

    @property
    def topic_names(self) -> tuple[str, ...]:
        """Return the topics that were selected or typed, each once."""
        return topic_names(",".join((*(self.tapped.data or ()), self.topics.data or "")))

    @property
    def writes_over(self) -> str | None:
        """Return the version that they read and replace; None where another program did not say."""
        return str(self.over.data) if self.over.raw_data else None

    def replaces(self, written: Reflection | None) -> None:
        """Say that there is something newer, which the same words may now replace."""
        self.over.data = written.version if written else ""
        self.text.errors = [_l("You changed this in another window. Share it again to put these words in its place")]

    def draft(self) -> Draft:
        """Return what was typed, once it was found good."""
        return Draft(
            text=str(self.text.data),
            topics=self.topic_names,
            link=str(self.link.data),
            attribution=str(self.attribution.data),
            language=self.language.data or "",
        )


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


# Kind words to start from: what an organiser picks, and the sentence that the writer reads in their own language.
READY = {
    "names": _l("It names somebody who may not want that. Can you change that line?"),
    "confidence": _l("It tells what was said in confidence. Can you keep the idea, and leave out whose it was?"),
    "unkind": _l("It could hurt somebody. Can you say it of the thing, and not of the person?"),
    "selling": _l("It reads like an advertisement. Can you say what you learned, and leave the product out?"),
    "unclear": _l("Who was not there would not follow it. Can you say in a sentence what it was about?"),
}


class ReturnForm(Form):
    """Why a reflection goes back to its writer: ready words, words of one's own, or both."""

    why = RadioField(
        _l("What should change?"),
        choices=[SelectChoice(key, words) for key, words in READY.items()],
        validators=[Optional(), offered()],
        validate_choice=False,
        description=_l("They read the sentence that you pick, in their own language."),
    )
    note = TextAreaField(
        _l("In your own words"),
        description=_l("They read this too. Be kind, and name the line."),
        filters=[clean_text],
        validators=[at_most(350)],
    )

    def validate_note(self, field: TextAreaField) -> None:
        """Refuse a reflection that comes back without a word."""
        if not field.data and not self.why.data:
            raise ValidationError(_l("Pick a sentence or write one, so that they can mend it"))

    def words(self, language: str) -> str:
        """Return what the writer reads."""
        with force_locale(language):
            ready = str(READY[self.why.data]) if self.why.data else ""
        return "\n".join(part for part in (ready, str(self.note.data or "")) if part)
