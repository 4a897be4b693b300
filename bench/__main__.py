"""Run every benchmark, or those named: ``python -m bench [draw] [web] [rounds] [mail]``."""

import importlib
import pkgutil
import sys

import bench
from bench.table import keep, show

NOT_BENCHMARKS = {"__main__", "table"}


def main() -> None:
    """Run, print and keep."""
    found = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in NOT_BENCHMARKS]
    tables = {}
    for name in sys.argv[1:] or found:
        module = importlib.import_module(f"bench.{name}")
        tables[module.TITLE] = show(module.TITLE, module.rows())
    keep(tables)


if __name__ == "__main__":
    main()
