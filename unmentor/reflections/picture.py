"""What a link looks like where people share it: the two shapes, and the first words where they meet the reader."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import as_file, files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

# What social sites ask for; drawn twice as large, so that edges are smooth.
WIDTH, HEIGHT, FINER = 1200, 630, 2
PAPER, INK, QUIET, SUN, TEAL = "#fbf8f2", "#221c35", "#5d566f", "#f4b13e", "#0a5f5c"
MARGIN, COLUMN, TOP, FLOOR = 80, 790, 84, 470
# As large as the words allow, as few lines as that takes.
SIZES = (104, 88, 76, 68, 60, 54, 48)
LEADING, BYLINE = 1.24, 32
MOST_LETTERS = 400


def picture(words: str, byline: str) -> bytes:
    """Return a PNG with the first of *words* and whose they are; characters that the font has not are left out."""
    drawn = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw, (size, lines) = ImageDraw.Draw(drawn), _set(_legible(words[:MOST_LETTERS]))
    # Where there is nothing to read the shapes are all there is.
    shapes = _shapes(1 if lines else 2)
    drawn.paste(shapes, (WIDTH - 330, 60) if lines else ((WIDTH - shapes.width) // 2, 80))
    for number, line in enumerate(lines):
        draw.text((MARGIN, TOP + number * size * LEADING), line, INK, _font(size))
    named = next(_lines(_legible(byline), BYLINE), "")
    draw.text((MARGIN, 514), named, QUIET, _font(BYLINE))
    draw.text((WIDTH - MARGIN, 514), "UnMentoring", INK, _font(BYLINE), anchor="ra")
    kept = BytesIO()
    drawn.quantize(64, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _set(words: str) -> tuple[int, list[str]]:
    """Return the largest size at which *words* fit, and their lines; at the smallest the last ends in an ellipsis."""
    for size in SIZES:
        most, lines = int((FLOOR - TOP) / (size * LEADING)), list(_lines(words, size))
        if len(lines) <= most:
            return size, lines
    last = lines[most - 1]
    while _font(size).getlength(f"{last}…") > COLUMN:
        last = last.rpartition(" ")[0] or last[:-1]
    return size, [*lines[: most - 1], f"{last.rstrip(' ,.;:')}…"]


def _lines(words: str, size: int) -> Iterator[str]:
    """Yield lines no wider than the column, cut at spaces, and within a word that is wider than that."""
    line = ""
    for word in words.split():
        if line and _font(size).getlength(f"{line} {word}") > COLUMN:
            yield line
            line = ""
        line = f"{line} {word}".strip()
        while _font(size).getlength(line) > COLUMN:
            fits = bisect_right(range(1, len(line)), float(COLUMN), key=lambda end: _font(size).getlength(line[:end]))
            yield line[: fits or 1]
            line = line[fits or 1 :]
    if line:
        yield line


def _legible(text: str) -> str:
    """Return what of *text* the font has letters for, or nothing where that is less than half of it."""
    kept = "".join(letter for letter in text if letter.isspace() or _has(letter))
    return " ".join(kept.split()) if 2 * len(kept) >= len(text) else ""


@lru_cache(2048)
def _has(letter: str) -> bool:
    font = _font(BYLINE)
    return letter.isprintable() and bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffd"))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    with as_file(files("font_source_serif_pro") / "files/SourceSerifPro-Semibold.otf") as file:
        return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _shapes(times: int) -> Image.Image:
    """Return the circle and the square as the mark has them, paper where they meet; larger by so many times."""
    scale = 5 * FINER * times
    circle, square = (Image.new("1", (52 * scale, 35 * scale)) for _ in range(2))
    ImageDraw.Draw(circle).ellipse([2.5 * scale, 2 * scale, 33.5 * scale, 33 * scale], 1)
    ImageDraw.Draw(square).rounded_rectangle([21 * scale, 3 * scale, 50 * scale, 32 * scale], 8 * scale, 1)
    drawn = Image.new("RGB", circle.size, PAPER)
    drawn.paste(SUN, mask=circle)
    drawn.paste(TEAL, mask=square)
    both = Image.composite(circle, Image.new("1", circle.size), square)
    drawn.paste(PAPER, mask=both)
    return drawn.resize((52 * 5 * times, 35 * 5 * times), Image.Resampling.LANCZOS)
