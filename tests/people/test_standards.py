import pytest

from unmentor.people import address, browser, phone


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("01632 960 002", "+441632960002", "01632 960002"),
        ("+44 7700 900123", "+447700900123", "07700 900123"),
        ("+1 (202) 555-0100", "+12025550100", "+1 202-555-0100"),
        ("0161 496 0000 ext 12", "+441614960000;ext=12", "0161 496 0000 x12"),
    ],
)
def test_a_number_is_kept_in_one_form_and_shown_in_another(typed: str, kept: str, shown: str) -> None:
    assert phone.standard(typed) == kept
    assert phone.written(kept) == shown
    assert phone.standard(shown) == kept


def test_what_nobody_typed_is_shown_as_nothing() -> None:
    assert phone.written("") == ""


@pytest.mark.parametrize("typed", ["", "12", "999999999999999999", "call me", "0161 496 0000 ext 123456789"])
def test_what_nobody_could_dial_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="^" + typed):
        phone.standard(typed)


def test_an_address_has_one_spelling() -> None:
    assert address.standard("Sian.Wyn@GWYNEDD.gov.uk") == "sian.wyn@gwynedd.gov.uk"
    assert address.standard("sian@ŵyn.cymru") == "sian@xn--yn-9ua.cymru"


def test_an_address_is_only_hinted_at() -> None:
    assert address.hinted("sian@gwynedd.gov.uk") == "sian@…"


@pytest.mark.parametrize("wanted", ["/me", "/organise/housing?page=2", "/me#more"])
def test_a_page_of_ours_is_a_place_to_go(wanted: str) -> None:
    assert browser.safe(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [None, "", "me", "//elsewhere.example", "///elsewhere.example", "https://elsewhere.example", "javascript:alert(1)",
     "/\\elsewhere.example", "\\\\elsewhere.example", "/\t/elsewhere.example", "/ /elsewhere.example", "//["],
)  # fmt: skip
def test_another_site_is_not(wanted: str | None) -> None:
    assert browser.safe(wanted) is None
