"""The key that a machine of one's own makes once and keeps."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

FILE = "secret_key"


def kept_key(instance: Path) -> str:
    """Return the key kept in the folder *instance*, made where there is none; the same for all who ask at once."""
    kept = instance / FILE
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not kept.exists():
        # Written aside, for its owner's eyes only, and linked whole: the first decides, and nobody reads half of it.
        with NamedTemporaryFile("w", dir=instance, prefix=f"{FILE}.") as aside:
            aside.write(secrets.token_hex(32))
            aside.flush()
            os.fsync(aside.fileno())
            with suppress(FileExistsError):
                os.link(aside.name, kept)
    return kept.read_text().strip()
