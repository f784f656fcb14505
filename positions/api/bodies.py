"""Request bodies: JSON, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from positions.exceptions import BundleRefused
from positions.formats.json_nodes import load_json


class StrictJSONParser(BaseParser):
    """UTF-8 without repeated keys, ``NaN``, numbers beyond measure or nesting without end."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        charset = _charset_of(media_type or "")
        if charset not in ("", "utf-8", "utf8", "us-ascii", "ascii"):
            raise UnsupportedMediaType(media_type or "", detail="JSON is sent as UTF-8; leave the charset out.")
        try:
            return load_json(stream.read())
        except BundleRefused as refusal:
            message = "; ".join(message for _, message in refusal.problems)
            raise ParseError(f"The body cannot be read: {message}.") from None


def _charset_of(media_type: str) -> str:
    for part in media_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return ""
