"""Make any text harmless in a calendar, and fold lines as RFC 5545 asks."""

import re

# Every character that some reader takes for the end of a line, as str.splitlines does.
_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

# Controls, halves of surrogate pairs, and marks that let a name run backwards over its neighbours.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")

# A run of spaces could fill a folded line, and readers skip lines that look blank.
_SPACES = re.compile(r"[^\S\n]+")

# RFC 5545 has no escape for a double quote in a parameter, and RFC 6868 makes one of the caret.
_UNQUOTABLE = str.maketrans({'"': "'", "^": None, "\\": None})


def prose(text: str) -> str:
    r"""Return *text* without controls, lines broken by a plain line feed and words parted by one space.

    >>> prose("Hello \r\n  big   world\x07")
    'Hello \n big world'
    """
    return _SPACES.sub(" ", _UNSEEN.sub("", _BREAK.sub("\n", text))).strip()


def one_line(text: str) -> str:
    r"""Return *text* as one line, each run of white space as one space.

    >>> one_line(" Ada\r\n Byron ")
    'Ada Byron'
    """
    return " ".join(prose(text).split())


def clean(name: str) -> str:
    r"""Return *name* so that it is harmless in a CN parameter, quoted (RFC 5545 §3.2, RFC 6868).

    >>> clean('Siân\r\n"Ŵyn"')
    "Siân 'Ŵyn'"
    """
    return one_line(name.translate(_UNQUOTABLE))


def fold(text: str) -> bytes:
    """Return *text*, lines joined by CRLF, as UTF-8 in lines of at most 75 octets (RFC 5545 §3.1)."""
    return b"".join(_folded(line.encode()) for line in text.split("\r\n"))


def _folded(line: bytes) -> bytes:
    """Return *line* with its ending, folded between characters: some readers unfold after decoding."""
    pieces, room = [], 75
    while len(line) > room:
        cut = room
        while line[cut] & 0xC0 == 0x80:  # the middle of a character
            cut -= 1
        pieces.append(line[:cut])
        line, room = line[cut:], 74  # the space that marks a continuation counts too
    return b"\r\n ".join([*pieces, line]) + b"\r\n"
