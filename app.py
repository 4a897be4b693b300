"""The WSGI application. Run this file to start everything that one machine needs."""

from unmentor.factory import create_app

app = create_app()

if __name__ == "__main__":
    from unmentor.machine import run

    run(app)
