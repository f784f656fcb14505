"""Words as they are compared: without case, accents, width and doubled spaces, in any script."""

from __future__ import annotations

import unicodedata


def folded(words: str) -> str:
    """The words by which a search finds them, the same on every database."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).casefold().split())
