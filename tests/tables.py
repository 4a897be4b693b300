"""The open data as whoever downloads it has it."""

import csv
import io
import json
from pathlib import Path

from flask.testing import FlaskClient


def sheet(client: FlaskClient, name: str) -> list[dict[str, str]]:
    answer = client.get(f"/data/{name}.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def saved(client: FlaskClient, folder: Path) -> Path:
    """Save the package with all that it names, as whoever downloads it would; return where it is."""
    package = client.get("/data/datapackage.json")
    for resource in json.loads(package.text)["resources"]:
        (folder / resource["path"]).write_bytes(client.get(f"/data/{resource['path']}").data)
    (folder / "datapackage.json").write_bytes(package.data)
    return folder / "datapackage.json"
