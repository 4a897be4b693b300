from asked import spared


def test_what_is_spared_is_asked_by_who_stays_and_by_the_cheapest_of_the_rest() -> None:
    asked = {"race": {"1"}, "also": {"1"}, "both": {"2", "3"}, "one": {"2"}, "other": {"3"}, "alone": {"4"}}
    took = {"race": 9.0, "also": 0.1, "both": 1.0, "one": 0.9, "other": 0.9, "alone": 9.0}
    assert spared(asked, took, stays={"race"}) == {"also", "one", "other"}
