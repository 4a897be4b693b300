"""A row of the benchmark table, and how rows are printed and kept."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement, beside another from the same run where there is one to compare."""

    what: str
    value: float
    unit: str
    beside: str = ""
    beside_value: float | None = None
    goal: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return value divided by what stands beside it."""
        return self.value / self.beside_value if self.beside_value else None


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Return the median wall time of *work* in seconds over *repeats* runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def show(title: str, rows: Iterable[Row]) -> list[Row]:
    """Print *rows* as they come, under *title*, and return them."""
    print(f"\n## {title}\n")
    print("| what | value | beside it | ratio | goal | note |")
    print("| --- | --- | --- | --- | --- | --- |")
    kept = []
    for row in rows:
        kept.append(row)
        beside = f"{row.beside}: {row.beside_value:,.4g} {row.unit}" if row.beside_value is not None else ""
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        print(f"| {row.what} | {row.value:,.4g} {row.unit} | {beside} | {ratio} | {row.goal} | {row.note} |")
        sys.stdout.flush()
    return kept


def keep(tables: dict[str, list[Row]]) -> None:
    """Write every table to results.json."""
    plain = {title: [asdict(row) for row in rows] for title, rows in tables.items()}
    RESULTS.write_text(json.dumps(plain, indent=1) + "\n")
