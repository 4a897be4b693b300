"""A parameter, a part of an answer or a column, as a page explains it."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _


@dataclass(frozen=True, slots=True)
class Field:
    """How something is called, what it is and means, and which schema says more."""

    name: str
    kind: str
    means: str
    more: str = ""


def explained(name: str, told: dict[str, Any]) -> Field:
    """Return a field in words, as JSON Schema or Table Schema has it."""
    kinds = {
        "array": _("list"),
        "boolean": _("yes or no"),
        "date": _("day"),
        "date-time": _("moment"),
        "datetime": _("moment"),
        "integer": _("whole number"),
        "number": _("number"),
        "object": _("object"),
        "string": _("text"),
        "uri": _("address"),
    }
    of = told["type"] if isinstance(told.get("type"), list) else [told.get("type", "object")]
    kind = kinds[told.get("format") or of[0]]
    within = told.get("items") or told.get("additionalProperties") or told
    said = _("%(kind)s or null", kind=kind) if "null" in of else kind
    return Field(name, said, told.get("description", ""), schema_named(within))


def schema_named(schema: dict[str, Any]) -> str:
    """Return the name of the schema that another leads to, "" where it leads to none."""
    return str(schema.get("$ref", "")).rpartition("/")[2]
