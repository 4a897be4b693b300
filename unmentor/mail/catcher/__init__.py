"""The catcher: a mail server for a machine without one, and ``/dev/mail`` to read what it kept."""
