"""A smaller run of ``python -m bench mail_crashes``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from unmentor.db import db

pytestmark = pytest.mark.thorough

AMBIGUOUS = {"dot sent", "250 read", "marked", "at random"}


def test_senders_killed_at_every_step_lose_nothing(app: Flask) -> None:
    url = db.engine.url.render_as_string(hide_password=False)
    run = subprocess.run(
        [sys.executable, "-m", "bench.mail_crashes", "2", "12"],
        env=os.environ | {"DATABASE_URL": url}, cwd=Path(app.root_path).parent,
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    for outcome in json.loads(run.stdout):
        step, copies = outcome["what"], outcome["copies"]
        assert (step, outcome["lost"], outcome["unsent"], outcome["changed"]) == (step, 0, 0, 0)
        assert (step, copies) == (step, 0) if step not in AMBIGUOUS else copies <= outcome["kills"]
