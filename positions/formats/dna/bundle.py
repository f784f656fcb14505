"""A DNA project said as a bundle: documents as sources, organisations as parties, concepts as issues."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from positions.analysis.anchors import canonical_text
from positions.enums import AliasKind, Directness, PartyKind
from positions.formats.bundle.reading import FORMAT
from positions.formats.dna.project import DnaDocument, DnaProject, DnaSpan, DnaStatement

Entry = dict[str, Any]


@dataclass(slots=True)
class DnaNames:
    """What the organisations, persons and concepts of a file are called here.

    Each maps a name to the entry of the bundle: that of a record known already, or of a new one, with its
    ``slug`` at least. ``prefix`` begins the keys of sources and statements.
    """

    slug: str
    title: str
    language: str
    prefix: str
    parties: dict[str, Entry] = field(default_factory=dict)
    persons: dict[str, Entry] = field(default_factory=dict)
    issues: dict[str, Entry] = field(default_factory=dict)


def dna_bundle(project: DnaProject, names: DnaNames) -> Entry:
    """The bundle. What the file does not say is left as the bundle's defaults have it."""
    notes = _notes_by_document(project)
    days = {document.id: document.on.isoformat() for document in project.documents}
    texts = {document.id: canonical_text(document.text) for document in project.documents}
    return {
        "format": FORMAT,
        "negotiation": {"slug": names.slug, "title": names.title},
        "parties": list(names.parties.values()),
        "persons": list(names.persons.values()),
        "issues": list(names.issues.values()),
        "sources": [_source(document, names, notes.get(document.id, [])) for document in project.documents],
        "statements": [
            _statement(statement, names, days[statement.span.document], texts[statement.span.document])
            for statement in project.statements
        ],
    }


def new_party(slug: str, name: str, alias: str | None, language: str) -> Entry:
    """An organisation that is not known yet. DNA does not say which of them are states."""
    aliases = [{"text": alias, "kind": AliasKind.NAME.value, "language": language}] if alias and alias != name else []
    return {"slug": slug, "name": name, "kind": PartyKind.NON_STATE.value, "aliases": aliases}


def new_issue(slug: str, concept: str, parent: str | None) -> Entry:
    """A concept: agreeing with it is what +2 means."""
    return {"slug": slug, "title": concept, "proposal": concept, **({"parent": parent} if parent else {})}


def _source_key(prefix: str, document: int) -> str:
    # Padded, so that keys are in the order of the file.
    return f"{prefix}-{document:06d}"


def _source(document: DnaDocument, names: DnaNames, notes: list[str]) -> Entry:
    said = [("Section", document.section), ("Type", document.type), ("Notes", document.notes)]
    lines = [f"{name}: {words}" for name, words in said if words.strip()]
    return {
        "key": _source_key(names.prefix, document.id),
        "title": document.title,
        "author": document.author,
        "publisher": document.source,
        "published_on": document.on.isoformat(),
        "language": names.language,
        "note": "\n".join([*lines, *notes]),
        **({"text": document.text} if document.text else {}),
    }


def _notes_by_document(project: DnaProject) -> dict[int, list[str]]:
    """Spans of other types, as lines of the note of their document."""
    found: dict[int, list[str]] = {}
    for label, span in project.other_spans:
        found.setdefault(span.document, []).append(_describe_span(label, span))
    return found


def _describe_span(label: str, span: DnaSpan) -> str:
    words = "; ".join(f"{name}: {value}" for name, value in span.values.items() if value.strip())
    return f"{label} at {span.start}–{span.end} by {span.coder}" + (f": {words}" if words else "")


def _statement(statement: DnaStatement, names: DnaNames, on: str, text: str) -> Entry:
    span, source = statement.span, _source_key(names.prefix, statement.span.document)
    party = names.parties[statement.organisation]["slug"]
    key = f"{names.prefix}-statement-{span.id}"
    return {
        "key": key,
        "source": source,
        "start": span.start,
        "end": span.end,
        "exact": text[span.start : span.end],
        "asserted_by": party,
        "speaker": names.persons[statement.person]["slug"] if statement.person else None,
        "directness": Directness.PARAPHRASE.value,
        "stated_on": on,
        "note": "\n".join(f"{name}: {value}" for name, value in span.values.items()),
        "codings": [
            {
                "key": key,
                "party": party,
                "issue": names.issues[statement.concept]["slug"],
                "stance": statement.stance,
                "coder": span.coder,
            }
        ],
    }
