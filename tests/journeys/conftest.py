"""A running server, a real browser, and mail that was really sent."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import new_database
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from smtp_server import LoggingServer, listening

from journeys.running import Running, Start, visitor

ROOT = Path(__file__).parent.parent.parent
# Chromium without windows is drawn by the same engine, and starts and turns its pages at half the cost.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
TIMEOUT = 120
SECRET_KEY = "only for these journeys"
ORGANISER = "organiser@unmentoring.example"
# A page takes the frame of the one before, where Chromium would rather build another: a quarter of what a page costs.
# No script of ours runs so long that optimising it pays. What draws in three dimensions is not loaded: it sets a
# variable of the environment while other threads read theirs, and now and then a start died of it.
CHEAPLY = (
    "--enable-features=RenderDocument:level/crashed-frame", "--disable-gpu", "--in-process-gpu",
    "--disable-background-networking", "--disable-software-rasterizer", "--js-flags=--no-opt,--no-maglev",
)  # fmt: skip
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, Abercrombie-Featherstonehaugh and neighbours"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip journeys where there is no browser, and say so; in CI that is a failure instead."""
    if CHROMIUM or os.environ.get("CI") == "true":
        return
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium-headless-shell"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium itself."""
    if CHROMIUM is None:
        pytest.fail("This journey needs Chromium, and in CI it must not be skipped")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *CHEAPLY])
        yield chromium
        chromium.close()


@pytest.fixture
def smtp() -> Iterator[LoggingServer]:
    """Return a mail server, which is not the one that is built in."""
    with listening() as server:
        yield server


@pytest.fixture(scope="session")
def stopped() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Return where servers go that were told to stop: nobody waits for them before the end."""
    told: list[subprocess.Popen[bytes]] = []
    yield told
    for process in told:
        process.wait(timeout=TIMEOUT)


@pytest.fixture
def start(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stopped: list[subprocess.Popen[bytes]]
) -> Iterator[Start]:
    """Return what starts everything for one machine, as ``make run`` does, on a database of its own."""
    with starting(request, tmp_path_factory, stopped) as run:
        yield run


@contextmanager
def starting(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, stopped: list[subprocess.Popen[bytes]]
) -> Iterator[Start]:
    """Yield what starts servers, and stop them afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def run(engine: str = "sqlite", demo: bool = False, host: str = "127.0.0.1", smtp: str = "") -> Running:
        instance = folders.mktemp("instance")
        address = f"http://{host}:{_free_port()}"
        environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
            "UNMENTOR_INSTANCE": str(instance),
            "BASE_URL": address,
            "UNMENTOR_DEMO": "1" if demo else "0",
            "PYTHONUNBUFFERED": "1",
            "SECRET_KEY": SECRET_KEY,
        }
        if engine == "postgresql":
            database = new_database(request.getfixturevalue("postgresql"))
            environment["DATABASE_URL"] = database
        else:
            database = f"sqlite:///{instance / 'unmentor.sqlite'}"
        if smtp:
            # At a pace at which nobody waits for forty letters.
            environment |= {"SMTP_URL": smtp, "MAIL_PER_MINUTE": "6000"}
        with (instance / "log").open("w") as log:
            started.append(
                subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log)
            )
        _wait_for(address, started[-1], instance / "log")
        server = Running(address, database, SECRET_KEY, instance)
        # Where mail leaves this machine nothing is printed by itself; whoever runs the service makes an organiser.
        link = server.organiser(ORGANISER) if smtp else server.link_in((instance / "log").read_text())
        return replace(server, organiser_link=link)

    try:
        yield run
    finally:
        for process in started:
            process.terminate()
        stopped += started


@pytest.fixture(scope="session")
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stopped: list[subprocess.Popen[bytes]]
) -> Iterator[Running]:
    """Return a running demo community, at a name as passkeys need it; a journey leaves no round of it waiting."""
    with starting(request, tmp_path_factory, stopped) as run:
        yield run(demo=True, host="localhost")


@pytest.fixture(scope="session")
def organiser(browser: Browser, demo: Running) -> Iterator[BrowserContext]:
    """Return the browser of the demo's organiser, signed in, who has a very long name."""
    page = visitor(browser, demo, looks=True)
    page.goto(demo.organiser_link)
    page.get_by_role("main").get_by_role("button").click()
    page.goto("/me/profile")
    page.get_by_label("Name", exact=False).first.fill(LONG[:100])
    page.get_by_role("main").get_by_role("button").first.click()
    yield page.context
    page.context.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until and process.poll() is None:
        if _answers(address):
            return
        time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
