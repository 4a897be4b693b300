"""The WSGI application. Run this file to start everything that one machine needs."""

import sys

from unmentor.factory import create_app
from unmentor.settings import WrongSetting

try:
    app = create_app()
except WrongSetting as error:
    sys.exit(str(error))

if __name__ == "__main__":
    from unmentor.all_in_one import run

    run(app)
