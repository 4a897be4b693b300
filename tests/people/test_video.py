import doctest

import pytest

from unmentor.people import video


def test_its_examples_hold() -> None:
    assert doctest.testmod(video).failed == 0


@pytest.mark.parametrize(
    "link",
    [
        "http://meet.example/x", "javascript:alert(1)", "https://", "https://[", "ada on Teams", "",
        "https://meet.example@evil.example/", "https://ada:secret@meet.example/", "https://evil.example\\@meet.example/",
        "https://evil.example\\.meet.example/", "https://meet.example /x", "https://meet.exa\tmple/", "https://meet",
        "https://127.0.0.1/x", "https://[::1]/x", "https://meet.example:0/", "https://meet.example:99999/",
        "https://-meet.example/", "https://meet..example/", "https://" + "a" * 64 + ".example/",
    ],
)  # fmt: skip
def test_what_is_no_safe_link_leads_nowhere(link: str) -> None:
    assert video.host(link) == ""


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://Meet.Example/a?b=c", "meet.example"),
        ("https://meet.example:8443/a", "meet.example"),
        ("https://us02web.zoom.us/j/85?pwd=a.1", "us02web.zoom.us"),
        # A Cyrillic "е" is shown for what it is.
        ("https://t\u0435ams.microsoft.com/l/1", "xn--tams-v4d.microsoft.com"),
    ],
)
def test_a_link_leads_to_the_host_that_browsers_read(link: str, host: str) -> None:
    assert video.host(link) == host


def test_a_room_that_asks_for_an_account_is_of_no_use() -> None:
    assert video.usable("https://meet.example/x")
    assert not video.usable("https://meet.jit.si/x")
