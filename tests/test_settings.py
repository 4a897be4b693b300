from pathlib import Path

import pytest

from unmentor.settings import Settings, SmtpServer, WrongSetting

PUBLIC = {
    "BASE_URL": "https://unmentoring.example",
    "SMTP_URL": "smtp://user:hunter2@smtp.example:587",
    "OPERATOR": "Example Council <data@council.example>",
}


def settings(folder: Path, **given: str) -> Settings:
    return Settings.from_environment({"UNMENTOR_INSTANCE": str(folder), "SECRET_KEY": "only for these tests"} | given)


def test_a_machine_of_ones_own_needs_no_settings(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    assert (ours.catches_mail, ours.public, ours.trusted_proxies, ours.operator) == (True, False, 0, ("", ""))


def test_a_public_service_says_who_runs_it_and_how_mail_leaves(tmp_path: Path) -> None:
    ours = settings(tmp_path, **PUBLIC, TRUSTED_PROXIES="2")
    assert (ours.public, ours.trusted_proxies) == (True, 2)
    assert ours.operator == ("Example Council", "data@council.example")


@pytest.mark.parametrize(
    ("name", "value", "names", "mend"),
    [
        ("SMTP_URL", "", "SMTP_URL", "write smtp://user:pass@host"),
        ("OPERATOR", "", "OPERATOR", "write Name <address>"),
        ("OPERATOR", "data@council.example", "OPERATOR", "Your Council <data@council.example>"),
        ("OPERATOR", "Council <nobody>", "OPERATOR", "Your Council <data@council.example>"),
        ("BASE_URL", "http://unmentoring.example", "BASE_URL", "write the https:// address"),
        ("BASE_URL", "", "BASE_URL", "write the https:// address"),
        ("BASE_URL", "http://localhost:8000", "BASE_URL", "write the https:// address"),
        ("TIME_ZONE", "Mars/Base", "TIME_ZONE", "a name such as Europe/London"),
        ("TIME_ZONE", "../../etc/passwd", "TIME_ZONE", "a name such as Europe/London"),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES", "a whole number from 0 up"),
        ("TRUSTED_PROXIES", "9" * 5000, "TRUSTED_PROXIES", "a whole number from 0 up"),
    ],
)
def test_what_would_harm_people_does_not_start_and_says_how_to_mend_it(
    tmp_path: Path, name: str, value: str, names: str, mend: str
) -> None:
    with pytest.raises(WrongSetting, match=mend) as refused:
        settings(tmp_path, **PUBLIC | {name: value})
    assert str(refused.value).startswith(f"{names}: ")
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "base_url", ["http://unmentoring.internal", "http://0.0.0.0:8000", "https://127.0.0.1.example"]
)
def test_caught_mail_is_open_to_nobody_else(tmp_path: Path, base_url: str) -> None:
    with pytest.raises(WrongSetting, match="caught mail would be open to all"):
        settings(tmp_path, BASE_URL=base_url, OPERATOR=PUBLIC["OPERATOR"])


def test_a_relay_on_this_machine_may_be_tried_out(tmp_path: Path) -> None:
    assert settings(tmp_path, SMTP_URL="smtp://127.0.0.1:25?security=none").smtp == SmtpServer("127.0.0.1", 25, "none")


def test_nothing_secret_is_printed_with_the_settings(tmp_path: Path) -> None:
    told = repr(settings(tmp_path, **PUBLIC, DATABASE_URL="postgresql://unmentor:hunter2@localhost/unmentor"))
    assert "hunter2" not in told
    assert "only for these tests" not in told
