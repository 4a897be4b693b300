"""Open data as tables: each has a name, rows as pages show them, and a schema whose fields say what they mean.

The schemas are those of the API, so the data dictionary is written once. A room above adds its own table.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields

from unmentor.api import parts
from unmentor.sheets import csv_of

Row = dict[str, Any]
Rows = Callable[[], Iterable[Row]]
# By field, the first that fits: what Table Schema calls it.
KINDS: tuple[tuple[type[fields.Field[Any]], dict[str, str]], ...] = (
    (fields.Url, {"type": "string", "format": "uri"}),
    (parts.Day, {"type": "date"}),
    (fields.DateTime, {"type": "datetime"}),
    (fields.Integer, {"type": "integer"}),
    (fields.Boolean, {"type": "boolean"}),
    (fields.String, {"type": "string"}),
)


@dataclass(frozen=True, slots=True)
class Table:
    """What everybody may read, a row for each: *key* is what no two rows share."""

    name: str
    title: str
    about: str
    key: tuple[str, ...]
    schema: type[Schema]
    rows: Rows

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Return the data dictionary, as Table Schema has it."""
        return [
            {
                "name": name,
                **next(kind for field, kind in KINDS if isinstance(part, field)),
                "description": str(part.metadata["description"]),
                "constraints": {"required": name in self.key},
            }
            for name, part in self.schema().fields.items()
        ]

    def csv(self) -> str:
        """Return the table as CSV (RFC 4180); what is not there is empty, and no cell is run as a formula."""
        schema = self.schema()
        told = (schema.dump(row) for row in self.rows())
        return csv_of(list(schema.fields), ([_cell(row.get(name)) for name in schema.fields] for row in told))


TABLES: dict[str, Table] = {}


def table(name: str, title: str, about: str, key: tuple[str, ...], schema: type[Schema]) -> Callable[[Rows], Rows]:
    """Make the rows that a function returns a public table."""

    def register(rows: Rows) -> Rows:
        TABLES[name] = Table(name, title, about, key, schema, rows)
        return rows

    return register


def _cell(value: Any) -> str | int | None:
    return str(value).lower() if isinstance(value, bool) else value
