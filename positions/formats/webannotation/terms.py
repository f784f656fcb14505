"""The names that annotations are written and read with: those of the W3C's model, and the project's own.

The model is W3C, Web Annotation Data Model, 23 February 2017. Own terms are written with the prefix
``positions``, so that none of them can change the meaning of one of the model's (``state`` is one).
"""

from __future__ import annotations

from typing import Any, Final

MODEL: Final = "http://www.w3.org/ns/anno.jsonld"
MEDIA_TYPE: Final = f'application/ld+json; profile="{MODEL}"'
PREFIX: Final = "positions"
# A name that nobody else can have given, and that needs no registration: the same on every installation.
NAMESPACE: Final = "urn:uuid:7d0f3a8e-5a0c-4c39-9a0b-0a6f6a1f4be2#"
CONTEXT: Final[list[Any]] = [MODEL, {PREFIX: NAMESPACE}]

QUOTE: Final = "TextQuoteSelector"
POSITION: Final = "TextPositionSelector"


def own(name: str) -> str:
    """One of the project's own terms as it is written in a document."""
    return f"{PREFIX}:{name}"
