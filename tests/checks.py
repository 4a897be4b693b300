"""Checks that need no test runner: migrations match the models, and every catalogue is complete."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from flask_migrate import check, upgrade

from unmentor.factory import create_app
from unmentor.settings import Settings

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "unmentor" / "translations"
EXTRACT = ("pybabel", "--quiet", "extract", "-F", "pyproject.toml", "-k", "_l", "--no-wrap", "--no-location")


def migrations_match_the_models() -> None:
    """Migrate from nothing and ask Alembic whether anything is missing; exits with its own words where it is."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/check.sqlite"
        app = create_app(Settings(database_url=url, secret_key="only for this check", instance=Path(folder)))
        with app.app_context():
            upgrade()
            check()


def gaps() -> Iterator[str]:
    """Yield every string that a person may see and a catalogue does not say, or says for nobody."""
    with tempfile.NamedTemporaryFile(suffix=".pot") as template:
        subprocess.run(
            [Path(sys.executable).parent / EXTRACT[0], *EXTRACT[1:], "-o", template.name, "."], cwd=ROOT, check=True
        )
        wanted = {message.id for message in read_po(template) if message.id}
    for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        with path.open("rb") as file:
            catalogue = read_po(file)
        said = {message.id for message in catalogue if message.id and _whole(message.string) and not message.fuzzy}
        known = {message.id for message in catalogue if message.id}
        language = path.parent.parent.name
        wrong = [error for message in catalogue for error in message.check(catalogue)]
        yield from (f"{language}: {error}" for error in wrong)
        yield from (f"{language} does not say {message!r}" for message in sorted(wanted - said, key=str))
        yield from (
            f"{language} says {message!r}, which nobody asks for" for message in sorted(known - wanted, key=str)
        )


def _whole(string: str | tuple[str, ...] | list[str]) -> bool:
    return bool(string) if isinstance(string, str) else all(string)


if __name__ == "__main__":
    migrations_match_the_models()
    found = list(gaps())
    print(*found, sep="\n")
    print(f"Catalogues: {len(found)} gaps.")
    sys.exit(bool(found))
