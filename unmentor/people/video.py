"""Links to where people talk online: which are safe to open, and where they lead."""

import re
from urllib.parse import urlsplit

from unmentor.settings import ASKS_FOR_AN_ACCOUNT

# Of dots, letters, digits and hyphens alone, so that every browser reads the same host; not a number, not one word.
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
# Other browsers take a backslash for a slash, and then read another host than we do.
_NEVER = re.compile(r"[\s\\\x00-\x1f\x7f-\x9f]")


def host(link: str) -> str:
    """Return the host that an https link leads to; "" for whatever else it is, or where it carries a password.

    >>> host("https://Teams.Microsoft.com/l/meetup-join/1?p=2")
    'teams.microsoft.com'
    >>> host("https://teams.microsoft.com@evil.example/")
    ''
    """
    if _NEVER.search(link):
        return ""
    try:
        parts = urlsplit(link)
        name = (parts.hostname or "").encode("idna").decode()
        safe = parts.scheme == "https" and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return ""
    return name if safe and _HOST.fullmatch(name) else ""


def asks_for_an_account(words: str) -> bool:
    """Say whether *words* name a room that opens only for somebody with an account, as a link or without its https.

    >>> asks_for_an_account("Meet.Jit.si/ada")
    True
    """
    return ASKS_FOR_AN_ACCOUNT in words.casefold()


def usable(link: str) -> bool:
    """Say whether anybody can open *link*, safely and without an account."""
    return bool(host(link)) and not asks_for_an_account(link)
