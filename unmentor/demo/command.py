"""The command that fills a database with the demo community."""

import sys

import click

from unmentor import runtime
from unmentor.db import transaction
from unmentor.demo.community import PEOPLE, ROUNDS, CannotFill, lived
from unmentor.demo.tables import residents


@click.command("demo")
@click.option("--people", default=PEOPLE, show_default=True, help="How many take part; one more has left.")
@click.option("--rounds", default=ROUNDS, show_default=True, help="How many rounds they have behind them.")
def fill_with_demo(people: int, rounds: int) -> None:
    """Fill an empty database with a community to look at."""
    try:
        with transaction():
            steps = lived(runtime.now(), people, rounds)
            with click.progressbar(
                steps, length=rounds, label="Drawing rounds", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as drawn:
                for _number in drawn:
                    pass
    except CannotFill as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The demo community lives here now. People: {people:,}. Past rounds: {rounds}.")
    click.echo(f"For a link that signs its organiser in: flask organiser add {residents(1)[0].email}")
