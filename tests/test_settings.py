import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from unmentor.db import db
from unmentor.factory import create_app
from unmentor.settings import Settings, SmtpServer, WrongSetting

HOUSE = Path(__file__).parent.parent
PUBLIC = {
    "BASE_URL": "https://unmentoring.example",
    "SMTP_URL": "smtp://user:hunter2@smtp.example:587",
    "OPERATOR": "Example Council <data@council.example>",
}
# Twelve processes come to the same folder at the same moment, and to one after the other.
START = """
import os, sys
from multiprocessing import get_context
from unmentor.settings import Settings

fork = get_context("fork")
together = fork.Barrier(12)

def start(folder):
    together.wait()
    os.write(1, Settings.from_environment({"UNMENTOR_INSTANCE": folder}).secret_key.encode() + b"\\n")

for folder in sys.argv[1:]:
    started = [fork.Process(target=start, args=[folder]) for _ in range(12)]
    for each in started:
        each.start()
    for each in started:
        each.join()
"""


def settings(folder: Path, **given: str) -> Settings:
    return Settings.from_environment({"UNMENTOR_INSTANCE": str(folder), "SECRET_KEY": "only for these tests"} | given)


def test_a_machine_of_ones_own_needs_no_settings(tmp_path: Path) -> None:
    ours = settings(tmp_path)
    assert (ours.catches_mail, ours.public, ours.trusted_proxies, ours.operator) == (True, False, 0, ("", ""))
    assert ours.video_room_url == ""


def test_a_room_of_the_operators_own_is_taken(tmp_path: Path) -> None:
    room = "https://meet.example.gov.uk/unmentoring-{room}"
    assert settings(tmp_path, VIDEO_ROOM_URL=room).video_room_url == room


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
        ("VIDEO_ROOM_URL", "http://rooms.example/{room}", "VIDEO_ROOM_URL", "write an https:// address with {room}"),
        ("VIDEO_ROOM_URL", "https://rooms.example/one", "VIDEO_ROOM_URL", "write an https:// address with {room}"),
        ("VIDEO_ROOM_URL", "https://meet.jit.si/x-{room}", "VIDEO_ROOM_URL", "opens only after somebody signs in"),
        ("VIDEO_ROOM_URL", "https://MEET.jit.si./x-{room}", "VIDEO_ROOM_URL", "name a Jitsi of your own"),
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


@pytest.mark.thorough
def test_processes_that_start_at_once_share_one_whole_key(tmp_path: Path) -> None:
    folders = [tmp_path / str(attempt) for attempt in range(5)]
    run = [sys.executable, "-c", START, *map(str, folders)]
    told = subprocess.run(run, stdout=PIPE, text=True, cwd=HOUSE, check=True, timeout=60).stdout.split()
    for folder, keys in zip(folders, zip(*[iter(told)] * 12, strict=True), strict=True):
        assert len(set(keys)) == 1
        assert len(keys[0]) == 64
        assert [path.name for path in folder.iterdir()] == ["secret_key"]


def test_a_kept_key_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(_bytes: int) -> str:
        assert not (tmp_path / "secret_key").exists()
        return "0123456789abcdef"

    monkeypatch.setattr("unmentor.secret_key.secrets.token_hex", made)
    assert Settings.from_environment({"UNMENTOR_INSTANCE": str(tmp_path)}).secret_key == "0123456789abcdef"


@pytest.mark.parametrize("half", ["", "\n", "abc"])
def test_a_key_that_is_not_whole_is_refused(tmp_path: Path, half: str) -> None:
    (tmp_path / "secret_key").write_text(half)
    with pytest.raises(WrongSetting, match="secret_key holds none"):
        Settings.from_environment({"UNMENTOR_INSTANCE": str(tmp_path)})


@pytest.mark.thorough
def test_what_is_kept_is_for_its_owners_eyes_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ours = Settings.from_environment({"UNMENTOR_INSTANCE": str(tmp_path / "instance")})
        app = create_app(ours)
        with app.app_context():
            upgrade()
            db.session.execute(text("CREATE TABLE extra (id INTEGER)"))
            assert app.test_client().get("/about").status_code == 200
            open_to = {path.name: path.stat().st_mode & 0o777 for path in [ours.instance, *ours.instance.iterdir()]}
            db.session.remove()
            db.engine.dispose()
    finally:
        os.umask(before)
    assert {"unmentor.sqlite", "unmentor.sqlite-wal", "secret_key", "instance"} <= set(open_to)
    assert {name: oct(mode) for name, mode in open_to.items() if mode & 0o077} == {}


def test_what_was_open_to_others_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    folder.mkdir(0o755)
    (folder / "unmentor.sqlite").touch(0o644)
    ours = Settings.from_environment({"UNMENTOR_INSTANCE": str(folder), "SECRET_KEY": "only for these tests"})
    with create_app(ours).app_context():
        db.session.execute(text("SELECT 1"))
        db.session.remove()
        db.engine.dispose()
    assert (folder.stat().st_mode | (folder / "unmentor.sqlite").stat().st_mode) & 0o077 == 0
