import pytest
from asked import SERVICE, by_the_service, spared, without_values


def test_what_is_spared_is_asked_by_who_stays_and_by_the_cheapest_of_the_rest() -> None:
    asked = {"race": {"1"}, "also": {"1"}, "both": {"2", "3"}, "one": {"2"}, "other": {"3"}, "alone": {"4"}}
    took = {"race": 9.0, "also": 0.1, "both": 1.0, "one": 0.9, "other": 0.9, "alone": 9.0}
    assert spared(asked, took, stays={"race"}) == {"also", "one", "other"}


def test_of_two_that_were_chosen_the_first_goes_where_the_second_asks_all_that_it_does() -> None:
    asked = {"quick": {"1", "2"}, "long": {"1", "2", "3"}}
    assert spared(asked, {"quick": 0.1, "long": 9.0}, stays=set()) == {"quick"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VALUES (%(a)s::INTEGER, %(b)s::TIMESTAMP WITH TIME ZONE)", "VALUES (%(a_1)s, %(b_1)s), (%(a_2)s, %(b_2)s)"),
        ("(VALUES (%(a)s::TIME WITHOUT TIME ZONE, 0))", "(VALUES (%(a)s, 0), (%(b)s, 1), (%(c)s, 2))"),
        ("SAVEPOINT sa_savepoint_1", "SAVEPOINT sa_savepoint_38"),
        ("words @@ CAST('''p1454''' AS TSQUERY)", "words @@ CAST('''tdata'':*' AS TSQUERY)"),
        ("x IN (%(x_1)s::VARCHAR)", "x IN (%(x_1)s::VARCHAR, %(x_2)s::VARCHAR)"),
    ],
)
def test_a_statement_is_the_same_whatever_its_values(one: str, other: str) -> None:
    assert without_values(one) == without_values(other)


def test_to_change_two_columns_is_to_change_each() -> None:
    both = without_values("UPDATE person SET name=%(name)s::VARCHAR, about=%(about)s::VARCHAR WHERE person.id = %(id)s")
    assert both == {"UPDATE person SET name=? WHERE person.id = ?", "UPDATE person SET about=? WHERE person.id = ?"}


def test_only_what_the_service_asks_counts() -> None:
    called = {"by_the_service": by_the_service}
    exec(compile("asks = by_the_service()", SERVICE[0] + "__init__.py", "exec"), called)
    assert (called["asks"], by_the_service()) == (True, False)
