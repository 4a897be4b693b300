"""Read mail that anybody may have written: whatever it holds, reading it costs a fraction of a second.

Headers stay text until somebody asks for one. The standard library's structured readers take a minute over one that
is long enough, and its reader of multiparts compares each line with every boundary that is open.
"""

import re
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32

# What a machine has to say is at the beginning of what it sends.
MOST = 262_144
MOST_LINES = 6_000
# RFC 5322 §2.1.1 ends a line after 998 characters; a header is folded over some of them at most.
LONGEST_HEADER = 4_000
MOST_MULTIPARTS = 50
_MULTIPART = re.compile(rb"multipart/", re.IGNORECASE)


class TooMuch(ValueError):  # noqa: N818 - it is named by what is wrong
    """No program writes a message like this; whoever wants to may read it."""


class _Cut(Compat32):
    """Headers as they stand, each only so far as it can mean something."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header as it was found."""
        return super().header_source_parse(["".join(sourcelines)[:LONGEST_HEADER]])


_CUT = _Cut()


def message(content: bytes) -> Message:
    """Return the message that *content* begins with. Raises TooMuch where no program would write it so."""
    beginning = _beginning(content)
    if len(_MULTIPART.findall(beginning)) > MOST_MULTIPARTS:
        raise TooMuch("more parts within parts than anybody needs")
    return BytesParser(policy=_CUT).parsebytes(beginning)


def headers(content: bytes) -> Message:
    """Return the headers that *content* begins with."""
    return BytesHeaderParser(policy=_CUT).parsebytes(_beginning(content))


def _beginning(content: bytes) -> bytes:
    return b"".join(content[:MOST].splitlines(keepends=True)[:MOST_LINES])
