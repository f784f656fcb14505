"""Reading the frame of a bundle: parties, people, issues, codebook, rounds and sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from positions import enums
from positions.formats.bundle.entries import (
    BundleAlias,
    BundleAppointment,
    BundleCodebook,
    BundleCodebookEntry,
    BundleDelegation,
    BundleIssue,
    BundleParty,
    BundlePerson,
    BundleRound,
    BundleSource,
    BundleText,
)
from positions.formats.json_nodes import Node
from positions.validators import SLUG


def read_slug(node: Node, key: str) -> str:
    value = node.text(key, required=True)
    if value and not SLUG.fullmatch(value):
        node.refuse(key, f"“{value[:60]}” is not a slug: use lower-case letters, digits and single hyphens")
    return value


def read_party(node: Node) -> BundleParty:
    node.warn_unknown(("slug", "name", "kind", "iso3", "wikidata_id", "aliases", "merged_into"))
    return BundleParty(
        node.path,
        read_slug(node, "slug"),
        node.text("name", required=True),
        node.choice("kind", enums.PartyKind.values, enums.PartyKind.STATE),
        node.optional_text("iso3"),
        node.text("wikidata_id"),
        node.each(
            "aliases",
            lambda a: BundleAlias(
                a.text("text", required=True),
                a.choice("kind", enums.AliasKind.values, "name"),
                a.text("language", "en"),
            ),
        ),
        node.optional_text("merged_into"),
    )


def read_person(node: Node) -> BundlePerson:
    node.warn_unknown(("slug", "name", "appointments", "merged_into"))
    return BundlePerson(
        node.path,
        read_slug(node, "slug"),
        node.text("name", required=True),
        node.each("appointments", _appointment),
        node.optional_text("merged_into"),
    )


def _appointment(node: Node) -> BundleAppointment:
    node.warn_unknown(("party", "title", "starts_on", "ends_on"))
    starts_on, ends_on = node.day("starts_on"), node.day("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        node.refuse("ends_on", "lies before starts_on")
    return BundleAppointment(
        node.path, node.text("party", required=True), node.text("title", required=True), starts_on, ends_on
    )


def read_issue(node: Node) -> BundleIssue:
    node.warn_unknown(
        (
            "id",
            "slug",
            "title",
            "proposal",
            "pole_for",
            "pole_against",
            "reference_point",
            "keywords",
            "parent",
            "merged_into",
        )
    )
    return BundleIssue(
        node.path,
        node.uuid("id"),
        read_slug(node, "slug"),
        node.text("title", required=True),
        node.text("proposal", required=True),
        node.text("pole_for"),
        node.text("pole_against"),
        node.text("reference_point"),
        [word for _, word in node.texts("keywords")],
        node.optional_text("parent"),
        node.optional_text("merged_into"),
        frozenset(node.value),
    )


def read_codebook(node: Node) -> BundleCodebook:
    node.warn_unknown(("version", "text", "recorded_at", "entries"))
    version = node.integer("version", required=True) or 0
    if version < 1:
        node.refuse("version", "counts from 1")
    entries = node.each("entries", _codebook_entry) if node.value.get("entries") is not None else None
    return BundleCodebook(node.path, version, node.text("text"), node.instant("recorded_at"), entries)


ENTRY_TEXTS = ("definition", "proposal", "pole_for", "pole_against", "reference_point", "rules")
ANCHOR_STANCES = ("2", "1", "0", "-1", "-2")


def _codebook_entry(node: Node) -> BundleCodebookEntry:
    node.warn_unknown(("issue", "anchors", *ENTRY_TEXTS))
    return BundleCodebookEntry(
        node.path,
        node.text("issue", required=True),
        {name: node.text(name, required=name == "proposal") for name in ENTRY_TEXTS},
        _anchors(node),
    )


def anchors_in_order(anchors: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The anchors of an entry from +2 to −2: databases keep the members of a JSON column in an order of their own."""
    return {
        stance: {"meaning": anchors[stance].get("meaning", ""), "examples": list(anchors[stance].get("examples", []))}
        for stance in ANCHOR_STANCES
        if stance in anchors
    }


def _anchors(node: Node) -> dict[str, dict[str, Any]]:
    """By stance, written “2” to “-2”, what it means and examples of it."""
    given = node.object("anchors")
    if given is None:
        return {}
    found = {}
    for stance in given.value:
        if stance not in ANCHOR_STANCES:
            given.refuse(stance[:60], f"is no stance; use {', '.join(ANCHOR_STANCES)}")
            continue
        anchor = given.object(stance, required=True)
        if anchor is not None:
            anchor.warn_unknown(("meaning", "examples"))
            found[stance] = {
                "meaning": anchor.text("meaning"),
                "examples": [words for _, words in anchor.texts("examples")],
            }
    return anchors_in_order(found)


def read_round(node: Node) -> BundleRound:
    node.warn_unknown(("id", "number", "title", "format", "venue", "starts_on", "ends_on", "status", "delegations"))
    starts_on, ends_on = node.day("starts_on"), node.day("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        node.refuse("ends_on", "lies before starts_on")
    number = node.integer("number", required=True)
    if number is not None and number < 0:
        node.refuse("number", "cannot be negative")
    delegations = node.each("delegations", _delegation) if node.value.get("delegations") is not None else None
    return BundleRound(
        node.path,
        node.uuid("id"),
        number or 0,
        node.text("title", required=True),
        node.choice("format", enums.RoundFormat.values, enums.RoundFormat.MULTILATERAL),
        node.text("venue"),
        starts_on,
        ends_on,
        node.choice("status", enums.RoundStatus.values, enums.RoundStatus.HELD),
        delegations,
        frozenset(node.value),
    )


def _delegation(node: Node) -> BundleDelegation:
    node.warn_unknown(("party", "head", "members"))
    members = [(m.path, m.text("person", required=True), m.text("title")) for m in node.objects("members")]
    return BundleDelegation(node.path, node.text("party", required=True), node.optional_text("head"), members)


SOURCE_TEXTS = ("title", "publisher", "author", "url", "archive_url", "published_on", "note")


def read_source(node: Node) -> BundleSource:
    node.warn_unknown(
        (
            "id",
            "key",
            "kind",
            "language",
            "reliability",
            "tlp",
            "attribution",
            "text_access",
            "derived_from",
            "text",
            "text_file",
            "earlier_texts",
            *SOURCE_TEXTS,
        )
    )
    fields = {name: node.text(name, required=name == "title") for name in SOURCE_TEXTS}
    fields |= {
        "kind": node.choice("kind", enums.SourceKind.values, enums.SourceKind.OTHER),
        "language": node.text("language", "en") or "en",
        "reliability": node.choice("reliability", enums.Reliability.values, enums.Reliability.F),
        "tlp": node.choice("tlp", enums.Tlp.values, enums.Tlp.CLEAR),
        "attribution": node.choice("attribution", enums.Attribution.values, enums.Attribution.ON_RECORD),
        "text_access": node.choice("text_access", enums.TextAccess.values, enums.TextAccess.PUBLIC),
    }
    parent = node.object("derived_from")
    if node.value.get("text") is not None and node.value.get("text_file") is not None:
        node.refuse("text_file", "give either text or text_file")
    return BundleSource(
        node.path,
        node.uuid("id"),
        node.text("key", required=True),
        node.text("text") if node.value.get("text") is not None else None,
        node.optional_text("text_file"),
        node.each("earlier_texts", _text),
        parent.text("source", required=True) if parent else None,
        parent.choice("kind", enums.DerivationKind.values, "", required=True) if parent else "",
        fields,
        frozenset(node.value),
    )


def _text(node: Node) -> BundleText:
    node.warn_unknown(("text", "extraction", "recorded_at"))
    return BundleText(
        node.path,
        node.text("text", required=True),
        node.text("extraction", "plain text") or "plain text",
        node.instant("recorded_at"),
    )
