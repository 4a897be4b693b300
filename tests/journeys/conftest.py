"""A running server, a real browser, and mail that was really sent."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import new_database
from playwright.sync_api import Browser, sync_playwright

from journeys.running import Running, Start

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TIMEOUT = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip journeys where there is no browser, and say so; in CI that is a failure instead."""
    if CHROMIUM or os.environ.get("CI") == "true":
        return
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium itself."""
    if CHROMIUM is None:
        pytest.fail("This journey needs Chromium, and in CI it must not be skipped")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def start(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return what starts everything for one machine, as ``make run`` does, on a database of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def run(engine: str = "sqlite", demo: bool = False, host: str = "127.0.0.1") -> Running:
        instance = tmp_path_factory.mktemp("instance")
        address = f"http://{host}:{_free_port()}"
        environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
            "UNMENTOR_INSTANCE": str(instance),
            "BASE_URL": address,
            "UNMENTOR_DEMO": "1" if demo else "0",
            "PYTHONUNBUFFERED": "1",
        }
        if engine == "postgresql":
            database = new_database(request.getfixturevalue("postgresql"))
            environment |= {"DATABASE_URL": database, "SECRET_KEY": "only for this journey"}
        else:
            database = f"sqlite:///{instance / 'unmentor.sqlite'}"
        with (instance / "log").open("w") as log:
            started.append(
                subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log)
            )
        return Running(address, _printed_link(instance / "log", address, started[-1]), database)

    yield run
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=TIMEOUT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _printed_link(log: Path, address: str, process: subprocess.Popen[bytes]) -> str:
    """Wait until the server answers, and return the sign-in link that it printed."""
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until and process.poll() is None:
        found = re.search(rf"{re.escape(address)}/sign-in/\S+", log.read_text())
        if found and _answers(address):
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
