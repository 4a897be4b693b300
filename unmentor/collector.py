"""When Python's cyclic garbage collector runs on 3.11: between requests, ticks and commands, and never inside one.

Storing an attribute may make a dict, and making one may run the collector. In 3.11 alone, a weak-reference callback
that then stores on the same object frees what the first store still writes to, and the process dies by a segmentation
fault. SQLAlchemy's ``InstanceState`` stores in such a callback: under load five requests in 4,800 killed their worker.
The interpreter changes threads only between bytecodes, never inside a store, so a collection that we ask for is safe
whatever the other threads do. Python 3.12 mended it; this module goes when 3.11 does.
"""

import gc
import sys

from flask import Flask

NEEDED = sys.version_info < (3, 12)
# As many new objects as make Python itself look, many times over: a look at them takes a few milliseconds.
MANY = 10_000
# So many looks at what is new before one at everything, which takes a hundred milliseconds: as often as Python itself.
OFTEN = 10


def collect_between(app: Flask) -> None:
    """Collect only when a request, tick or command of *app* is over, once it is made. Later Pythons need none of it."""
    if NEEDED:
        gc.disable()
        gc.collect()
        # What an app is made of stays for good: it need not be looked at again, and forked workers go on sharing it.
        gc.freeze()
        app.teardown_appcontext(_collect)


def _collect(_error: BaseException | None) -> None:
    new, _, looks = gc.get_count()
    if new > MANY:
        gc.collect(2 if looks > OFTEN else 1)
