"""Run every benchmark, or those named: ``python -m bench [draw] [web] [rounds] [mail]``."""

import importlib
import pkgutil
import sys

import bench
from bench.table import keep, show

NOT_BENCHMARKS = {
    "__main__", "attack_house", "bulk", "console_house", "console_pages", "console_troubles", "engines", "mail_house",
    "matchers", "table",
}  # fmt: skip
# These take long, and find the same each time: run when asked for by name.
ONLY_BY_NAME = {"attacks", "mail_crashes", "mutants"}


def main() -> None:
    """Run, print and keep."""
    apart = NOT_BENCHMARKS | ONLY_BY_NAME
    found = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in apart]
    tables = {}
    for name in sys.argv[1:] or found:
        module = importlib.import_module(f"bench.{name}")
        tables[module.TITLE] = show(module.TITLE, module.rows())
    keep(tables)


if __name__ == "__main__":
    main()
