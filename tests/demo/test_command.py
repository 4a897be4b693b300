from cast import person
from flask import Flask

from unmentor.programmes.queries import all_programmes


def test_it_says_who_lives_here_now(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["demo", "--people", "4", "--rounds", "1"])
    assert done.exit_code == 0
    assert done.output == "A demo community of 4 people lives here now, with 1 rounds behind it.\n"
    assert all_programmes()[0].demo


def test_a_database_in_use_is_refused_in_one_line(app: Flask) -> None:
    person()
    done = app.test_cli_runner().invoke(args=["demo"])
    assert done.exit_code == 1
    assert done.output == "Error: This database is in use already. The demo community needs an empty one.\n"


def test_nonsense_is_refused_in_one_line(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["demo", "--people", "1"])
    assert done.exit_code == 1
    assert done.output == "Error: A demo community has 2 to 10,000 people, not 1.\n"
    assert not all_programmes()
