"""The fields that answers are made of; each says in words what it means, which is the data dictionary too."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from unmentor.forms import LAST_PAGE

# What every address refuses, in a path or a query: a NUL; and what would be another path.
WITHOUT_NUL, WITHOUT_SLASH = r"^[^\u0000]*$", r"^[^\u0000/]+$"
NO_SUCH_PAGE = _l("Ask for a page by its number, from 1 on.")


class PageNumber(fields.Integer):
    """The number of a page, in plain digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdecimal()):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **more)


class Day(fields.String):
    """A day, as YYYY-MM-DD."""


class Moment(fields.DateTime):
    """A moment to the second, in UTC, as RFC 3339 writes it: what the Table Schema of open data asks for."""

    def _serialize(self, value: datetime | None, *_args: Any, **_more: Any) -> str | None:
        return None if value is None else f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def text(means: str, **more: Any) -> fields.String:
    """Return a field of text, always there."""
    return fields.String(required=True, metadata={"description": means}, **more)


def address(means: str, **more: Any) -> fields.Url:
    """Return a field for the address of a page."""
    return fields.Url(required=True, metadata={"description": means, "format": "uri"}, **more)


def number(means: str, **more: Any) -> fields.Integer:
    """Return a field for a count."""
    return fields.Integer(required=True, metadata={"description": means}, **more)


def share(means: str) -> fields.Float:
    """Return a field for a share, or for what lies between two."""
    return fields.Float(required=True, metadata={"description": means})


def moment(means: str, **more: Any) -> fields.DateTime:
    """Return a field for a moment."""
    return Moment(required=True, metadata={"description": means}, **more)


def day(means: str) -> Day:
    """Return a field for a day."""
    return Day(required=True, metadata={"description": means, "format": "date"})


def yes_or_no(means: str, **more: Any) -> fields.Boolean:
    """Return a field that says yes or no."""
    return fields.Boolean(required=True, metadata={"description": means}, **more)


def maybe(part: Callable[..., fields.Field[Any]], means: str) -> fields.Field[Any]:
    """Return a field that is null where there is nothing to tell."""
    return part(means, allow_none=True)


def several(of: fields.Field[Any] | type[Schema], means: str) -> fields.List[Any]:
    """Return a field for a list."""
    each = of if isinstance(of, fields.Field) else fields.Nested(of)
    return fields.List(each, required=True, metadata={"description": means})


class PageQuery(Schema):
    """Which page of a list is asked for."""

    page = PageNumber(
        load_default=1,
        error_messages={"invalid": NO_SUCH_PAGE},
        validate=validate.Range(1, LAST_PAGE, error=NO_SUCH_PAGE),
        metadata={"description": _l("Which page of the list, from 1 on.")},
    )


def page_of(name: str, schema: type[Schema]) -> type[Schema]:
    """Return the schema of a page of a list; the addresses of the others are in its Link header (RFC 8288)."""
    page: dict[str, Any] = {
        "items": several(schema, _l("What is on this page.")),
        "page": number(_l("The number of this page.")),
        "pages": number(_l("How many pages there are.")),
        "total": number(_l("How many there are on all pages together.")),
    }
    return Schema.from_dict(page, name=name)


class WrongSchema(Schema):
    """One thing that was wrong in a question."""

    parameter = text(_l("Which parameter was wrong."))
    detail = text(_l("What was wrong with it."))


class ProblemSchema(Schema):
    """What went wrong: problem details (RFC 9457)."""

    type = text(_l("What kind of problem it is: about:blank means just what the status says."))
    title = text(_l("The name of the HTTP status."))
    status = number(_l("The HTTP status."))
    detail = text(_l("What went wrong, in words."))
    errors = fields.List(
        fields.Nested(WrongSchema), metadata={"description": _l("What was wrong with each parameter, where one was.")}
    )
