"""Python 3.11 crashes where its collector runs inside a store. Each try is a process of its own, since it may die."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

only_here = pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python 3.12 mended this; nothing is done there")

# What SQLAlchemy's InstanceState does, with the collector at the worst of moments instead of at a rare one.
STORE = """
import gc, weakref

class State: pass
class Node: pass

def store(collector):
    gc.disable()
    state, node = State(), Node()
    node.itself = node
    state.watch = weakref.ref(node, lambda _: [setattr(state, f"late{each}", None) for each in range(40)])
    for each in range(28):
        setattr(state, f"early{each}", each)
    del node
    waste = [[] for _ in range(1000)]
    collector()
    for each in range(30):
        setattr(state, f"on{each}", each)
"""
AS_PYTHON_DOES = "for _ in range(50): store(gc.enable)"
AS_WE_DO = "for _ in range(50): store(gc.collect)"
APP = """
import gc, tempfile, weakref
from pathlib import Path
from unmentor.factory import create_app
from unmentor.settings import Settings

folder = Path(tempfile.mkdtemp())
app = create_app(Settings(f"sqlite:///{folder}/x.sqlite", "only for this test", folder))
assert not gc.isenabled()

class Node: pass
gone = []
for context in range(5):
    with app.app_context():
        for _ in range(11_000):
            node = Node()
            node.itself = node
        weakref.finalize(node, gone.append, context)
        del node
        assert context not in gone, "inside"
    assert context in gone, "between"
"""


def run(script: str) -> subprocess.CompletedProcess[str]:
    home = Path(__file__).parent.parent
    return subprocess.run([sys.executable, "-c", script], cwd=home, capture_output=True, text=True, timeout=60)


@only_here
def test_a_collection_inside_a_store_kills_this_python() -> None:
    assert run(STORE + AS_PYTHON_DOES).returncode == -signal.SIGSEGV


def test_a_collection_before_a_store_is_safe() -> None:
    assert run(STORE + AS_WE_DO).returncode == 0


@only_here
def test_the_app_collects_between_what_it_does_and_never_inside() -> None:
    done = run(APP)
    assert done.returncode == 0, done.stderr
