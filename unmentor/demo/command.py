"""The command that fills a database with the demo community."""

import sys

import click

from unmentor import edge
from unmentor.db import transaction
from unmentor.demo.community import PEOPLE, ROUNDS, CannotFill, lived


@click.command("demo")
@click.option("--people", default=PEOPLE, show_default=True, help="How many take part; one more has left.")
@click.option("--rounds", default=ROUNDS, show_default=True, help="How many rounds they have behind them.")
def fill_with_demo(people: int, rounds: int) -> None:
    """Fill an empty database with a community to look at."""
    try:
        with transaction():
            steps = lived(edge.now(), people, rounds)
            with click.progressbar(
                steps, length=rounds, label="Drawing rounds", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as drawn:
                for _number in drawn:
                    pass
    except CannotFill as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"A demo community of {people:,} people lives here now, with {rounds} rounds behind it.")
