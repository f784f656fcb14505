"""Charts as pictures: the page's own SVG as PNG or PDF, drawn in a child process that is given up after a while.

The drawing library brings its own fonts, so a picture looks the same on a machine that has none.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys

from django.core.cache import cache

PATIENCE_SECONDS = 20
KEPT_SECONDS = 3600
LARGEST_SVG = 8_000_000
DRAW = """
import sys
import vl_convert
svg = sys.stdin.buffer.read().decode("utf-8")
form = sys.argv[1]
picture = vl_convert.svg_to_png(svg, scale=2) if form == "png" else vl_convert.svg_to_pdf(svg)
sys.stdout.buffer.write(picture)
"""


class PictureFailed(Exception):
    """The picture could not be drawn; the message says why, in words for the reader."""


def draw_picture(svg: str, form: str) -> bytes:
    """The SVG as ``png`` (two pixels for each of its units) or ``pdf``.

    Raises :class:`PictureFailed` when it is too large, takes too long or cannot be drawn.
    """
    drawing = svg.encode("utf-8")
    if len(drawing) > LARGEST_SVG:
        raise PictureFailed("This chart is too large to be drawn as a picture; take the SVG, or fewer parties.")
    key = f"picture:{form}:{hashlib.sha256(drawing).hexdigest()}"
    kept: bytes | None = cache.get(key)
    if kept is not None:
        return kept
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            [sys.executable, "-c", DRAW, form],
            input=drawing,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PictureFailed("Drawing the picture took too long; take the SVG, or fewer parties.") from None
    if done.returncode or not done.stdout:
        raise PictureFailed("The picture could not be drawn here; take the SVG.")
    cache.set(key, done.stdout, KEPT_SECONDS)
    return done.stdout
