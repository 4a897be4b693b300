"""People, as commands name them: by their addresses."""

from contextlib import suppress

import click

from unmentor.people.address import standard
from unmentor.people.models import Person
from unmentor.people.queries import person_at


def person_named(address: str) -> Person:
    """Return whoever has an address; fail where nobody here has."""
    with suppress(ValueError):
        if found := person_at(standard(address)):
            return found
    raise click.ClickException(f"Nobody here has the address {address}.")
