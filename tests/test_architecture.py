"""The house guards itself."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from flask import Flask

from unmentor.audit.deeds import Deed
from unmentor.links import Above
from unmentor.mail.kinds import KINDS

ROOT = Path(__file__).parent.parent
ROOMS = sorted((ROOT / "unmentor").rglob("*.py"))
PURE = (
    "unmentor.pairing",
    "unmentor.calendars",
    "unmentor.charts.bars",
    "unmentor.charts.ring",
    "unmentor.timetable.cadence",
    "unmentor.timetable.slots",
)
FRAMEWORKS = {"flask", "sqlalchemy", "wtforms", "apscheduler"}
LONGEST_FILE = 250
# As import-linter knows them, from the top down; static files lie below all.
LAYERS = [
    [room.strip() for room in layer.split("|")]
    for layer in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
] + [["static"]]
# Besides pages and commands: what they open, the worker, what starts all, the steps of a round that stand alone, and
# what charges whoever asks before an answer is made.
OPENERS = {
    "all_in_one.py", "api/asking.py", "db.py", "demo/command.py", "programmes/turn.py",
    "reflections/followers/telling.py", "rounds/ending.py", "rounds/heads_up.py",
    "rounds/schedule.py", "rounds/steps.py", "rounds/telling.py", "worker.py",
}  # fmt: skip
# Who may post without our form's token, and the standard that says so.
WITHOUT_TOKEN = {"me.unsubscribe", "reflections.stop_following"}  # RFC 8058


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_loads_no_framework(room: str) -> None:
    loaded = f"import sys, {room}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    names = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not FRAMEWORKS & set(names.stdout.split())


def test_only_settings_reads_the_environment() -> None:
    readers = [path.name for path in ROOMS if "os.environ" in path.read_text() or "getenv" in path.read_text()]
    assert readers == ["settings.py"]


def test_only_the_database_gives_a_table_another_name() -> None:
    givers = [path.name for path in ROOMS if ".alias(" in path.read_text()]
    assert givers == ["db.py"]


def test_only_the_runtime_looks_at_the_clock() -> None:
    lookers = [path.name for path in ROOMS if ".now(UTC)" in path.read_text() or "utcnow" in path.read_text()]
    assert lookers == ["runtime.py"]


def test_only_pages_commands_and_the_worker_open_a_transaction() -> None:
    opens = re.compile(r"session\.commit\(|with (transaction|turn)\(|\.begin\(\)")
    openers = [path.relative_to(ROOT / "unmentor") for path in ROOMS if opens.search(path.read_text())]
    answers = re.compile(r"from flask import .*\b(redirect|render_template)\b")
    pages = {path for path in openers if answers.search((ROOT / "unmentor" / path).read_text())}
    commands = {path for path in openers if path.parts[0] == "cli"}
    assert {str(path) for path in openers if path not in pages | commands} == OPENERS
    assert {path.name for path in pages} & {"actions.py", "mails.py", "models.py", "queries.py"} == set()


def test_every_page_that_is_named_from_below_is_there(app: Flask) -> None:
    assert {page.value for page in Above} <= {rule.endpoint for rule in app.url_map.iter_rules()}


def test_a_room_names_only_its_own_pages_and_those_below(app: Flask) -> None:
    named = [
        (path, node.args[0].value)
        for path in ROOMS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"link", "url_for"}
        and node.args and isinstance(node.args[0], ast.Constant)
    ]  # fmt: skip
    floors = {room: floor for floor, rooms in enumerate(LAYERS) for room in rooms}
    upward = [
        (path.name, endpoint)
        for path, endpoint in named
        if floors[path.relative_to(ROOT / "unmentor").parts[0].removesuffix(".py")] > floors[endpoint.partition(".")[0]]
    ]
    assert upward == []


@pytest.mark.parametrize("room", ["programmes", "conversations", "rounds", "reflections"])
def test_every_letter_about_a_programme_is_shown_to_its_organisers(room: str) -> None:
    letters = [
        {keyword.arg for keyword in node.keywords}
        for path in (ROOT / "unmentor" / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Letter"
    ]
    assert letters
    assert all("programme_id" in given for given in letters)


def test_one_query_says_who_is_in_a_draw() -> None:
    asking = {str(path.relative_to(ROOT / "unmentor")) for path in ROOMS if "drawn_on(" in path.read_text()}
    assert asking == {"programmes/queries.py", "rounds/turns.py"}


def test_no_file_outgrows_its_room() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in ROOMS}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_the_verifier_is_short_enough_to_trust_at_sight() -> None:
    assert len((ROOT / "unmentor" / "pairing" / "verify.py").read_text().splitlines()) < 120


def test_the_one_stylesheet_stays_small() -> None:
    sizes = {sheet.name: sheet.stat().st_size for sheet in (ROOT / "static").glob("*.css")}
    # One for every page, and a little one for feeds that somebody opens in a browser.
    assert sizes.keys() == {"style.css", "feed.css"}
    assert sizes["style.css"] < 20_000
    assert sizes["feed.css"] < 2_000


def test_every_room_says_what_it_is_for() -> None:
    assert [str(path) for path in ROOMS if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_every_deed_of_the_log_is_logged_somewhere() -> None:
    written = "".join(path.read_text() for path in ROOMS)
    assert [deed.name for deed in Deed if f"Deed.{deed.name}" not in written] == []


def test_every_mail_has_a_subject_a_text_and_an_html_part() -> None:
    kinds = [folder for folder in (ROOT / "templates" / "mail").iterdir() if folder.is_dir()]
    assert {kind.name for kind in kinds} == set(KINDS)
    for kind in kinds:
        assert {"subject.txt", "body.txt", "body.html"} <= {path.name for path in kind.iterdir()}, kind.name


def test_every_setting_is_documented() -> None:
    readme = (ROOT / "README.md").read_text()
    tree = ast.parse((ROOT / "unmentor" / "settings.py").read_text())
    names = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.replace("_", "").isupper()
    }
    assert {name for name in names if name not in readme} == set()


def test_no_page_asks_another_site_for_anything(app: Flask) -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        for asks in ('src="http', "src='http", 'rel="stylesheet" href="http', "@import", "url(http"):
            assert asks not in text, path


def test_no_template_carries_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        if "mail" not in path.parts:
            text = path.read_text()
            # A file of our own that adds comfort is none, and neither are data that no browser runs.
            for ours in ('<script type="module" src="{{ url_for("static"', '<script type="application/ld+json">{{ '):
                text = text.replace(ours, "")
            assert "<script" not in text, path
            assert ' style="' not in text, path


def test_every_form_that_posts_wants_a_token(app: Flask) -> None:
    """Post without a token as anybody: nothing may answer as if it had been done."""
    client = app.test_client()
    tried = set()
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.endpoint in WITHOUT_TOKEN:
            continue
        values = {name: 1 if "int" in type(turn).__name__.lower() else "x" for name, turn in rule._converters.items()}
        answer = client.post(app.url_map.bind("").build(rule.endpoint, values, "POST"), data={"agree": "yes"})
        to_sign_in = answer.status_code == 303 and answer.location.startswith("/sign-in")
        assert to_sign_in or answer.status_code in {403, 404, 410, 422}, (rule, answer.status_code)
        tried.add(rule.endpoint)
    assert len(tried) > 10
