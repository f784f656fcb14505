"""Statements said as annotations of the W3C's model.

A statement comes as the API's payload has it, so what ground rules and markings keep from its reader is
empty in it already and stays out of the annotation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from positions.formats.webannotation.tags import coding_tag, statement_tag
from positions.formats.webannotation.terms import CONTEXT, POSITION, QUOTE, own

Document = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """A statement's payload, and what an annotation says besides: absolute addresses, marking, and who made it.

    ``text_version`` is that of the canonical text in which its offsets count; null without a span.
    ``coding_addresses`` are in the order of its codings.
    """

    statement: Mapping[str, Any]
    address: str
    page: str
    source: str
    text: str
    coding_addresses: Sequence[str]
    negotiation_title: str
    home: str
    marking: str
    text_version: int | None


def write_annotation(described: Described) -> Document:
    """One annotation, without a context: the document that it stands in has one."""
    statement, codings = described.statement, described.statement["codings"]
    changed = max((coding["recorded_at"] for coding in codings if coding["recorded_at"]), default="")
    document: Document = {
        "id": described.address,
        "type": "Annotation",
        "motivation": "classifying" if codings else "highlighting",
        "creator": {"type": "Organization", "name": f"Analysts of “{described.negotiation_title}”"},
        "created": statement["recorded_at"],
        "generator": {"id": described.home, "type": "Software", "name": "Rapporteur"},
        "body": [_statement_body(statement), *map(_coding_body, codings, described.coding_addresses)],
        "target": _target(described),
        own("statement"): {"id": described.page},
        own("key"): statement["key"],
        own("negotiation"): statement["negotiation"],
        own("marking"): f"TLP:{described.marking}",
    }
    if changed > statement["recorded_at"]:
        document["modified"] = changed
    for name, member in (("retired_at", "retiredAt"), ("superseded_by", "supersededBy")):
        if statement[name]:
            document[own(member)] = str(statement[name])
    return document


def _target(described: Described) -> Document | str:
    """The source, and where in it: without its quotation, a statement has no place that may be told."""
    statement = described.statement
    if not statement["exact"]:
        return described.source
    around = {name: statement[name] for name in ("prefix", "suffix") if statement[name]}
    return {
        "type": "SpecificResource",
        "source": described.source,
        "selector": [
            {"type": QUOTE, "exact": statement["exact"], **around},
            {"type": POSITION, "start": statement["start"], "end": statement["end"]},
        ],
        own("text"): {"id": described.text},
        own("textVersion"): described.text_version,
    }


def _statement_body(statement: Mapping[str, Any]) -> Document:
    said: Document = {
        "type": "TextualBody",
        "purpose": "tagging",
        "format": "text/plain",
        "value": statement_tag(statement),
        own("assertedBy"): statement["asserted_by"],
        own("statedOn"): statement["stated_on"],
        own("directness"): statement["directness"],
        own("groundRule"): statement["attribution"],
    }
    given = (("round", "round"), ("speaker", "speaker"), ("speaker_label", "speakerLabel"))
    return said | {own(member): statement[name] for name, member in given if statement[name] not in (None, "")}


def _coding_body(coding: Mapping[str, Any], address: str) -> Document:
    body: Document = {
        "id": address,
        "type": "TextualBody",
        "purpose": "tagging",
        "format": "text/plain",
        "value": coding_tag(coding),
        own("party"): coding["party"],
        own("issue"): coding["issue"],
    }
    if coding["stance"] is not None:
        body[own("stance")] = coding["stance"]
    for name, member in (
        ("state", "state"), ("move", "move"), ("red_line", "redLine"), ("reciprocal", "reciprocal"),
        ("confidence", "confidence"), ("footing", "footing"), ("status", "status"),
    ):  # fmt: skip
        body[own(member)] = coding[name]
    if coding["conditions"]:
        body[own("condition")] = [condition["text"] for condition in coding["conditions"]]
    if coding["recorded_at"]:
        body["created"] = coding["recorded_at"]
    if coding["coder"]:
        body["creator"] = {"type": "Person", "name": coding["coder"]}
    return body


def write_page(
    items: Sequence[Document], *, address: str, collection: str, following: str | None, preceding: str | None
) -> Document:
    """A page of a collection, without a context."""
    beside = (("next", following), ("prev", preceding))
    return {
        "id": address,
        "type": "AnnotationPage",
        "partOf": collection,
        **{name: link for name, link in beside if link is not None},
        "items": list(items),
    }


def write_collection(first: Document, *, address: str, label: str, total: int, last: str) -> Document:
    """A collection with its first page in it, without a context."""
    return {
        "id": address,
        "type": "AnnotationCollection",
        "label": label,
        "total": total,
        "first": {name: value for name, value in first.items() if name != "partOf"},
        "last": last,
    }


def in_context(document: Document) -> Document:
    """The document with the context that gives its names their meaning."""
    return {"@context": CONTEXT, **document}
