"""The sources that the annotations of a file stand on: known ones by address or key, and new ones.

A new source has as its text the passages that the file quotes from it, since an annotation brings no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from positions.analysis.anchors import anchor_span, canonical_text, find_quotation
from positions.enums import SourceKind
from positions.exceptions import Invalid
from positions.formats.webannotation import Mark
from positions.formats.webannotation.marks import Problem
from positions.models import Negotiation, Source, SourceText
from positions.services.codings_import import digest

OWN_ADDRESS = re.compile(r"/sources/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(?:\?[^#]*)?$", re.ASCII)
LONGEST_KEY = 200
LONGEST_TITLE = 500
LONGEST_PUBLISHER = 300
BETWEEN = "\n\n"
EXCERPTS = "Its text holds only the passages that annotations quote."


@dataclass(frozen=True)
class Place:
    """The key of a source, and the passage in its text; without ``exact`` there is none."""

    source: str
    start: int = 0
    end: int = 0
    exact: str = ""


@dataclass
class Annotated:
    """A source of the file: its key, the record where it has one, and what the file quotes from it."""

    key: str
    path: str
    record: Source | None
    url: str = ""
    title: str = ""
    quotes: list[tuple[float, str]] = field(default_factory=list)

    def excerpt(self) -> tuple[str, dict[str, int]]:
        """The passages one after the other, in the order of the document, and where each begins."""
        starts: dict[str, int] = {}
        text = ""
        for _, exact in sorted(self.quotes, key=lambda quote: quote[0]):
            if exact not in starts:
                text += BETWEEN if text else ""
                starts[exact] = len(text)
                text += exact
        return text, starts


class AnnotatedSources:
    """Finds the source of each annotation, once all of them are known."""

    def __init__(self, negotiation: Negotiation) -> None:
        self._by_key = {source.key: source for source in Source.objects.filter(negotiation=negotiation)}
        self._by_id = {str(source.pk): source for source in self._by_key.values()}
        self._by_url: dict[str, dict[str, Source]] = {}
        for source in self._by_key.values():
            for url in {source.url, source.archive_url} - {""}:
                self._by_url.setdefault(_bare(url), {})[source.key] = source
        self._found: dict[str, Annotated] = {}
        self._of: dict[int, Annotated | Problem] = {}
        self._texts: dict[str, str | None] = {}

    def learn(self, mark: Mark, key: str | None) -> None:
        """Note on which source an annotation stands; ``key`` is what a tag names it."""
        found = self._resolve(mark, key)
        self._of[id(mark)] = found
        if isinstance(found, Annotated) and mark.target.exact:
            start = mark.target.start
            found.quotes.append((float("inf") if start is None else start, canonical_text(mark.target.exact)))

    def _resolve(self, mark: Mark, key: str | None) -> Annotated | Problem:
        address = mark.target.source.strip()
        if key is not None:
            if key not in self._by_key:
                return mark.path, f"there is no source “{key[:60]}”; add it first, or leave “source:” out"
            return self._entry(key, mark, self._by_key[key])
        own = OWN_ADDRESS.search(_without_fragment(address))
        if own is not None and own[1] in self._by_id:
            record = self._by_id[own[1]]
            return self._entry(record.key, mark, record)
        known = self._by_url.get(_bare(address), {})
        if len(known) > 1:
            several = " or ".join(f"“{name[:60]}”" for name in sorted(known)[:5])
            return (
                mark.target.path,
                f"may stand in {several}, which have this address: add a tag “source:” with the key",
            )
        if known:
            record = next(iter(known.values()))
            return self._entry(record.key, mark, record)
        bare = _without_fragment(address) or address
        name = bare if len(bare) <= LONGEST_KEY else f"annotated-{digest(bare)}"
        # imported before, whatever its address was then
        return self._entry(name, mark, self._by_key.get(name), bare)

    def _entry(self, key: str, mark: Mark, record: Source | None, url: str = "") -> Annotated:
        found = self._found.setdefault(key, Annotated(key, mark.path, record, url))
        found.title = found.title or mark.title
        return found

    def known_keys(self) -> list[str]:
        """The keys of those that are recorded."""
        return [found.key for found in self._found.values() if found.record is not None]

    def is_clear(self, mark: Mark) -> bool:
        """Whether it is clear on which source the annotation stands."""
        return isinstance(self._of[id(mark)], Annotated)

    def published_on(self, mark: Mark) -> str:
        """When the source was published, as far as the record says."""
        found = self._of[id(mark)]
        return found.record.published_on if isinstance(found, Annotated) and found.record is not None else ""

    def place(self, mark: Mark) -> tuple[Place | None, Problem | None]:
        """Where the annotation stands, or what stands in the way."""
        found, target = self._of[id(mark)], mark.target
        if not isinstance(found, Annotated):
            return None, found
        if not target.exact and target.start is None:
            return Place(found.key), None
        text = self._text_of(found)
        if text is None and (found.record is not None or not target.exact):
            why = "its source has no text here to quote from: add the text first"
            return None, (target.path, why if target.exact else f"has a position and no words, and {why}")
        excerpt, starts = found.excerpt()
        if target.exact and text in (None, excerpt):
            start = starts[canonical_text(target.exact)]
            return Place(
                found.key, start, start + len(canonical_text(target.exact)), canonical_text(target.exact)
            ), None
        assert text is not None
        try:
            if not target.exact:
                anchor = anchor_span(text, target.start or 0, target.end or 0)
            else:
                anchor = find_quotation(text, target.exact, target.prefix, target.suffix, target.start)
        except Invalid as refusal:
            return None, (target.path, next(iter(refusal.errors.values()))[0])
        return Place(found.key, anchor.start, anchor.end, anchor.exact), None

    def _text_of(self, found: Annotated) -> str | None:
        """The newest text of a recorded source; null where there is none."""
        if found.record is None:
            return None
        if found.key not in self._texts:
            newest = SourceText.objects.filter(source=found.record).order_by("-version")
            self._texts[found.key] = newest.values_list("text", flat=True).first()
        return self._texts[found.key]

    def _new(self) -> list[Annotated]:
        return [found for found in self._found.values() if found.record is None]

    def new_entries(self) -> list[dict[str, Any]]:
        """The entries of the bundle for sources that are not recorded yet."""
        return [self._new_entry(found) for found in self._new()]

    def _new_entry(self, found: Annotated) -> dict[str, Any]:
        text, _ = found.excerpt()
        host = _host_of(found.url)
        return {
            "key": found.key,
            "title": (found.title or found.url or found.key)[:LONGEST_TITLE],
            "kind": SourceKind.OTHER.value,
            "language": "und",
            **({"url": found.url, "publisher": host[:LONGEST_PUBLISHER]} if host else {}),
            **({"text": text, "note": EXCERPTS} if text else {}),
        }

    def path_of(self, place: int) -> str:
        """Where the file first names the new source at this place of the bundle."""
        return self._new()[place].path


def _host_of(url: str) -> str:
    """The host of an address on the web that a source can keep; empty for any other name of a document."""
    try:
        Source(url=url).clean_fields(exclude=[each.name for each in Source._meta.fields if each.name != "url"])
        parts = urlsplit(url)
    except (ValidationError, ValueError):
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""


def _bare(url: str) -> str:
    """An address without its fragment and a last slash, by which two are the same document."""
    return _without_fragment(url.strip()).rstrip("/")


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]
