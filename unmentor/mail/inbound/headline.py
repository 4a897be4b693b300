"""Say what a mail is, for whoever looks for it in a mailbox."""

from email.header import decode_header, make_header

from unmentor.forms import clean_line
from unmentor.mail.inbound.bounded import headers

SHORT = 120


def headline(content: bytes) -> str:
    """Return on one line when a message was written, by whom and about what; harmless on any terminal."""
    fields = headers(content)
    said = (_words(str(fields.get(name, ""))) for name in ("Date", "From", "Subject"))
    return "  ".join(word for word in said if word) or "A message that says neither who wrote it nor what about"


def _words(field: str) -> str:
    written = " ".join(field[: 8 * SHORT].split())
    try:
        return clean_line(str(make_header(decode_header(written))))[:SHORT]
    except (ValueError, LookupError):  # an encoding that nobody knows, or not of that encoding
        return clean_line(written)[:SHORT]
