"""The house stands without the room on its roof."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_routes import KEYED, OPEN, ORGANISERS, SIGNED_IN

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent
MODERATION = {"organise.moderation", "organise.publish", "organise.return_", "organise.take_down", "organise.undo"}


def test_a_house_without_reflections_draws_sends_and_serves_every_other_page(tmp_path: Path) -> None:
    for part in ("unmentor", "templates"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("reflections"))
    for part in ("static", "migrations"):
        (tmp_path / part).symlink_to(ROOT / part)
    shutil.copy(ROOT / "tests" / "life_without.py", tmp_path)
    life = [sys.executable, "life_without.py"]
    lived = subprocess.run(life, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert lived.returncode == 0, lived.stderr
    served = json.loads(lived.stdout.splitlines()[-1])
    gone = {page for page in {*OPEN, *KEYED, *SIGNED_IN, *ORGANISERS} if page.startswith("reflections.")} | MODERATION
    gone |= {"api.reflection", "api.reflections", "api.topics"}
    assert not gone & set(served)
    own = ("public.home", "programmes.show", "conversations.show", "me.home", "organise.programme", "organise.round_")
    own += ("api.data", "api.docs", "api.package", "api.openapi", "api.programmes", "api.rounds", "api.impact")
    assert {page: served[page] for page in own} == dict.fromkeys(own, 200)
