"""Enough of the W3C's context for annotations to expand the documents of the tests without a network.

Written by hand from the vocabulary's own names: each term that the project writes, with what it means.
A term that is missing here is dropped in expansion, which the tests notice.
"""

from __future__ import annotations

from typing import Any

from positions.formats.webannotation.terms import MODEL, NAMESPACE

OA = "http://www.w3.org/ns/oa#"
AS = "http://www.w3.org/ns/activitystreams#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC, DCTERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
FOAF, XSD = "http://xmlns.com/foaf/0.1/", "http://www.w3.org/2001/XMLSchema#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def _node(iri: str) -> dict[str, str]:
    return {"@id": iri, "@type": "@id"}


TERMS: dict[str, Any] = {
    "id": {"@type": "@id", "@id": "@id"},
    "type": {"@type": "@id", "@id": "@type"},
    **{
        name: OA + name
        for name in (
            "Annotation",
            "TextQuoteSelector",
            "TextPositionSelector",
            "SpecificResource",
            "TextualBody",
            "exact",
            "prefix",
            "suffix",
        )
    },
    "AnnotationCollection": f"{AS}OrderedCollection",
    "AnnotationPage": f"{AS}OrderedCollectionPage",
    "Software": f"{AS}Application",
    "Person": f"{FOAF}Person",
    "Organization": f"{FOAF}Organization",
    "start": {"@id": f"{OA}start", "@type": f"{XSD}nonNegativeInteger"},
    "end": {"@id": f"{OA}end", "@type": f"{XSD}nonNegativeInteger"},
    "total": {"@id": f"{AS}totalItems", "@type": f"{XSD}nonNegativeInteger"},
    "created": {"@id": f"{DCTERMS}created", "@type": f"{XSD}dateTime"},
    "modified": {"@id": f"{DCTERMS}modified", "@type": f"{XSD}dateTime"},
    "value": f"{RDF}value",
    "format": f"{DC}format",
    "name": f"{FOAF}name",
    "label": LABEL,
    "creator": _node(f"{DCTERMS}creator"),
    "generator": _node(f"{AS}generator"),
    "body": _node(f"{OA}hasBody"),
    "target": _node(f"{OA}hasTarget"),
    "source": _node(f"{OA}hasSource"),
    "selector": _node(f"{OA}hasSelector"),
    "motivation": {"@id": f"{OA}motivatedBy", "@type": "@vocab"},
    "purpose": {"@id": f"{OA}hasPurpose", "@type": "@vocab"},
    **{name: OA + name for name in ("classifying", "highlighting", "tagging")},
    "partOf": _node(f"{AS}partOf"),
    "first": _node(f"{AS}first"),
    "last": _node(f"{AS}last"),
    "next": _node(f"{AS}next"),
    "prev": _node(f"{AS}prev"),
    "items": {"@id": f"{AS}items", "@type": "@id", "@container": "@list"},
}


def load_terms(url: str, options: object) -> dict[str, Any]:
    """A document loader for pyld that knows this one context and asks nobody."""
    assert url == MODEL, f"a document names the context {url}"
    return {"contextUrl": None, "documentUrl": url, "document": {"@context": TERMS}, "contentType": "application/json"}


def unknown_terms(document: object) -> set[str]:
    """The names in a document that neither the model nor the project's own prefix gives a meaning."""
    if isinstance(document, list):
        return {name for each in document for name in unknown_terms(each)}
    if not isinstance(document, dict):
        return set()
    here = {name for name in document if name not in TERMS and not name.startswith("positions:") and name[0] != "@"}
    return here.union(*(unknown_terms(value) for name, value in document.items() if name != "@context"))


def own(name: str) -> str:
    """One of the project's own terms, expanded."""
    return NAMESPACE + name
