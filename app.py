"""The WSGI application. Run this file to start everything that one machine needs."""

import sys

from unmentor.factory import create_app
from unmentor.settings import WrongSetting

# What gunicorn takes for "do not try again": without it, it would start a worker every second, for ever.
CANNOT_START = 3

try:
    app = create_app()
except WrongSetting as error:
    print(error, file=sys.stderr)  # noqa: T201 - a person reads it
    sys.exit(CANNOT_START)

if __name__ == "__main__":
    from unmentor.all_in_one import run

    run(app)
