"""Reading a whole bundle, and what must not be named twice in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from positions import enums
from positions.exceptions import BundleRefused
from positions.formats.bundle.entries import Bundle, HasId, Reference
from positions.formats.bundle.frame import (
    read_codebook,
    read_issue,
    read_party,
    read_person,
    read_round,
    read_slug,
    read_source,
)
from positions.formats.bundle.record import read_relation, read_statement
from positions.formats.json_nodes import Findings, Node, load_json

FORMAT = "positions-bundle/1"


def read_bundle(document: str | bytes | dict[str, Any]) -> tuple[Bundle, Findings]:
    """The bundle a document holds, with all that is wrong in its shape.

    Raises :class:`BundleRefused` where nothing can be read at all: broken JSON, another format.
    """
    value = document if isinstance(document, dict) else load_json(document)
    if not isinstance(value, dict):
        raise BundleRefused([("$", "must be an object")])
    if value.get("format") != FORMAT:
        raise BundleRefused([("format", f"must be “{FORMAT}”")])
    findings = Findings()
    root = Node(value, "", findings)
    root.warn_unknown(
        ("format", "negotiation", "parties", "persons", "issues", "codebook", "rounds", "sources", "statements",
         "relations")
    )  # fmt: skip
    head = root.object("negotiation", required=True) or Node({}, "negotiation", Findings())
    head.warn_unknown(("slug", "title", "summary", "visibility", "review_policy"))
    bundle = Bundle(
        slug=read_slug(head, "slug"),
        title=head.text("title", required=True),
        summary=head.text("summary"),
        visibility=head.choice("visibility", enums.Visibility.values, enums.Visibility.RESTRICTED),
        review_policy=head.choice("review_policy", enums.ReviewPolicy.values, enums.ReviewPolicy.SINGLE),
        given=frozenset(head.value),
        parties=root.each("parties", read_party),
        persons=root.each("persons", read_person),
        issues=root.each("issues", read_issue),
        codebook=root.each("codebook", read_codebook),
        rounds=root.each("rounds", read_round),
        sources=root.each("sources", read_source),
        statements=root.each("statements", read_statement),
        relations=root.each("relations", read_relation),
    )
    _refuse_repeats(findings, [(p.path + ".slug", p.slug) for p in bundle.parties], "party")
    _refuse_repeats(findings, [(p.path + ".slug", p.slug) for p in bundle.persons], "person")
    _refuse_repeats(findings, [(i.path + ".slug", i.slug) for i in bundle.issues], "issue")
    _refuse_repeats(findings, [(r.path + ".number", str(r.number)) for r in bundle.rounds], "round")
    _refuse_repeats(findings, [(s.path + ".key", s.key) for s in bundle.sources], "source")
    _refuse_repeats(findings, [(c.path + ".version", str(c.version)) for c in bundle.codebook], "codebook version")
    _refuse_repeats(findings, [(s.path + ".key", s.key) for s in bundle.statements if s.key], "statement")
    for codebook in bundle.codebook:
        _refuse_repeats(findings, [(e.path + ".issue", e.issue) for e in codebook.entries or ()], "issue")
    codings = [coding for statement in bundle.statements for coding in statement.codings]
    kinds: tuple[tuple[str, Sequence[HasId]], ...] = (
        ("issue", bundle.issues),
        ("round", bundle.rounds),
        ("source", bundle.sources),
        ("statement", bundle.statements),
        ("coding", codings),
        ("relation", bundle.relations),
    )
    for noun, entries in kinds:
        _refuse_repeats(findings, [(e.path + ".id", str(e.id)) for e in entries if e.id], noun)
    _refuse_repeats(findings, [(c.path + ".key", c.key) for c in codings if c.key], "coding")
    return bundle, findings


def _refuse_repeats(findings: Findings, names: list[Reference], noun: str) -> None:
    first: dict[str, str] = {}
    article = "an" if noun[0] in "aeiou" else "a"
    for path, name in names:
        if name and name in first:
            findings.problems.append(
                (path, f"“{name}” names {article} {noun} twice; the first is {first[name].rpartition('.')[0]}")
            )
        first.setdefault(name, path)
