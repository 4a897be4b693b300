from cast import person
from flask import Flask

from unmentor.people.queries import person_at
from unmentor.programmes.queries import all_programmes


def test_it_says_who_lives_here_now(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["demo", "--people", "4", "--rounds", "1"])
    assert done.exit_code == 0
    assert done.output.startswith("The demo community lives here now. People: 4. Past rounds: 1.\n")
    assert person_at(done.output.split()[-1])
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
