"""From the tagging page's JSON to what the services take, read strictly and with every fault at its field.

Names of parties, people, issues and rounds are looked up among what the reader may see: one that is
hidden is refused in the words for one that does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext

from positions.enums import Attribution, CodingState, ConditionKind, Confidence, Credibility, Directness, Move
from positions.exceptions import BundleRefused, Invalid
from positions.formats.json_nodes import Findings, Node, load_json
from positions.models import Issue, Party, Person, Round, Source
from positions.queries.access import Reader, parties_for, persons_for
from positions.queries.tagging import digest_of
from positions.services.conditions import ConditionFacts
from positions.services.statements import StatementFacts
from positions.services.tagging import Passage, PassageReading

Found = TypeVar("Found")
BODY_BYTES = 8_000_000
WORDS_LIMIT = 20_000
LIST_LIMIT = 200
STATEMENT_FIELDS = (
    "key", "start", "end", "exact", "asserted_by", "speaker", "speaker_label", "directness", "attribution",
    "credibility", "stated_on", "round", "addressees", "note", "codings", "submit", "suggested",
)  # fmt: skip
READING_FIELDS = (
    "key", "party", "issue", "state", "stance", "move", "red_line", "reciprocal", "confidence", "conditions",
)  # fmt: skip
CONDITION_FIELDS = ("kind", "text", "falls_on")


def read_body(request: HttpRequest, known: Sequence[str]) -> Node:
    """The request's JSON object. Raises :class:`Invalid` for anything else, and for a field that nobody reads."""
    try:
        body = request.body
    except RequestDataTooBig:
        body = b" " * (BODY_BYTES + 1)
    if len(body) > BODY_BYTES:
        raise Invalid(
            gettext("The request is larger than %(value)s MB; shorten what you entered.")
            % {"value": BODY_BYTES // 1_000_000}
        )
    try:
        content = load_json(body)
    except BundleRefused as refusal:
        raise Invalid(gettext("The request %(problems)s.") % {"problems": refusal.problems[0][1]}) from refusal
    if not isinstance(content, dict):
        raise Invalid(gettext("The request must be a JSON object."))
    node = Node(content, "", Findings())
    refuse_unknown(node, known)
    return node


def refuse_unknown(node: Node, known: Sequence[str]) -> None:
    """Note every member that nobody reads."""
    for key in node.value:
        if key not in known:
            node.refuse(_printable(key), gettext("is no field here; is the name right?"))


def _printable(key: str) -> str:
    return key[:60].encode("utf-8", "replace").decode("utf-8")


def finish(node: Node) -> None:
    """Raise :class:`Invalid` with all that was noted while reading."""
    if node.findings.problems:
        errors: dict[str, list[str]] = defaultdict(list)
        for path, message in node.findings.problems:
            errors[path or "__all__"].append(message)
        raise Invalid(errors)


def read_words(node: Node, key: str, limit: int = WORDS_LIMIT) -> str:
    """Text of a bounded length."""
    words = node.text(key)
    if len(words) > limit:
        node.refuse(
            key,
            gettext("has %(words)s characters; at most %(limit)s are kept")
            % {"words": f"{len(words):,}", "limit": f"{limit:,}"},
        )
        return ""
    return words


def read_slugs(node: Node, key: str) -> list[str]:
    """A list of slugs, bounded."""
    slugs = [slug for _, slug in node.texts(key)]
    if len(slugs) > LIST_LIMIT:
        node.refuse(
            key,
            gettext("names %(slugs)s; at most %(list_limit)s are taken")
            % {"slugs": len(slugs), "list_limit": LIST_LIMIT},
        )
        return []
    return slugs


def read_key(node: Node, key: str = "key") -> str:
    """The UUID that the browser made, in its usual notation."""
    found: UUID | None = node.uuid(key)
    if found is None:
        if not any(path == node.at(key) for path, _ in node.findings.problems):
            node.refuse(key, gettext("is missing; the browser makes a UUID for it"))
        return ""
    return str(found)


@dataclass
class Names:
    """The records that a request names, looked up all at once."""

    parties: dict[str, Party] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    rounds: dict[int, Round] = field(default_factory=dict)


def look_up(reader: Reader, source: Source, content: dict[str, Any]) -> Names:
    """Every record that ``content`` names and the reader may see. What is no name is left to be refused."""
    slugs: set[str] = set()
    issues: set[str] = set()
    _gather(content, ("asserted_by", "addressees"), slugs)
    for coding in _objects(content.get("codings")):
        _gather(coding, ("party",), slugs)
        _gather(coding, ("issue",), issues)
        for condition in _objects(coding.get("conditions")):
            _gather(condition, ("falls_on",), slugs)
    names = Names()
    visible = parties_for(reader).filter(slug__in=slugs).select_related("merged_into")
    names.parties = {party.slug: party.merged_into or party for party in visible}
    if names_one := _slugs_in(content.get("speaker")):
        persons = persons_for(reader).filter(slug__in=names_one).select_related("merged_into")
        names.persons = {person.slug: person.merged_into or person for person in persons}
    found = source.negotiation.issues.filter(slug__in=issues).select_related("merged_into")
    names.issues = {issue.slug: issue.merged_into or issue for issue in found}
    if content.get("round") is not None:
        names.rounds = {held.number: held for held in source.negotiation.rounds.all()}
    return names


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _slugs_in(value: Any) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {each for each in values[:LIST_LIMIT] if isinstance(each, str) and each.isascii() and len(each) <= 100}


def _gather(content: dict[str, Any], keys: Sequence[str], slugs: set[str]) -> None:
    for key in keys:
        slugs |= _slugs_in(content.get(key))


def _named(node: Node, key: str, slug: str | None, known: dict[str, Found], what: str) -> Found | None:
    if slug is None:
        return None
    found = known.get(slug)
    if found is None:
        node.refuse(
            key,
            gettext("“%(slug)s” is no %(what)s here; choose one that is offered") % {"slug": slug[:60], "what": what},
        )
    return found


def read_passage(reader: Reader, source: Source, node: Node) -> Passage:
    """What somebody says of a passage. Raises :class:`Invalid` with every fault of its form at once."""
    names = look_up(reader, source, node.value)
    key = read_key(node)
    asserting = _read_asserting(node, names)
    facts = _read_facts(node, names, asserting)
    readings = node.each("codings", lambda each: _read_reading(each, names))
    if len(readings) > LIST_LIMIT:
        node.refuse(
            "codings",
            gettext("has %(readings)s readings; at most %(list_limit)s are taken")
            % {"readings": len(readings), "list_limit": LIST_LIMIT},
        )
    if len({reading.key for reading in readings if reading}) != len(readings) and None not in readings:
        node.refuse("codings", gettext("two readings have the same key"))
    submit, suggested = node.flag("submit"), node.flag("suggested")
    finish(node)
    assert facts is not None
    return Passage(
        key=key,
        asserting=asserting,
        facts=facts,
        readings=tuple(reading for reading in readings if reading is not None),
        submit=submit,
        suggested=suggested,
        digest=digest_of(node.value),
    )


def _read_asserting(node: Node, names: Names) -> tuple[Party, ...]:
    if isinstance(node.value.get("asserted_by"), list):
        slugs = read_slugs(node, "asserted_by")
    else:
        slugs = [slug for slug in [node.text("asserted_by")] if slug]
    if not slugs:
        if not any(path.startswith(node.at("asserted_by")) for path, _ in node.findings.problems):
            node.refuse("asserted_by", gettext("say who asserts this"))
        return ()
    found = [_named(node, "asserted_by", slug, names.parties, "party") for slug in slugs]
    return tuple(party for party in found if party is not None)


def _read_facts(node: Node, names: Names, asserting: tuple[Party, ...]) -> StatementFacts | None:
    number = node.integer("round")
    held = names.rounds.get(number) if number is not None else None
    if number is not None and held is None:
        node.refuse("round", gettext("there is no round %(number)s in this negotiation") % {"number": number})
    addressees = [_named(node, "addressees", slug, names.parties, "party") for slug in read_slugs(node, "addressees")]
    values: dict[str, Any] = {
        "start": node.integer("start"),
        "end": node.integer("end"),
        "exact": node.text("exact"),
        "speaker": _named(node, "speaker", node.optional_text("speaker"), names.persons, "person"),
        "speaker_label": read_words(node, "speaker_label"),
        "directness": node.choice("directness", Directness.values, Directness.VERBATIM),
        "attribution": node.choice("attribution", Attribution.values, Attribution.ON_RECORD),
        "credibility": node.integer("credibility", Credibility.UNJUDGED),
        "stated_on": read_words(node, "stated_on", 40),
        "round": held,
        "addressees": tuple({party.pk: party for party in addressees if party is not None}.values()),
        "note": read_words(node, "note"),
    }
    return StatementFacts(asserted_by=asserting[0], **values) if asserting else None


def _read_reading(node: Node, names: Names) -> PassageReading | None:
    refuse_unknown(node, READING_FIELDS)
    key = read_key(node)
    party = _named(node, "party", node.optional_text("party"), names.parties, "party")
    slug = node.text("issue", required=True)
    issue = _named(node, "issue", slug or None, names.issues, "issue")
    values: dict[str, Any] = {
        "state": node.choice("state", CodingState.values, CodingState.CODED),
        "stance": node.integer("stance"),
        "move": node.choice("move", Move.values, Move.PROCEDURAL, required=True),
        "red_line": node.flag("red_line"),
        "reciprocal": node.flag("reciprocal"),
        "confidence": node.choice("confidence", Confidence.values, Confidence.MEDIUM),
        "conditions": tuple(node.each("conditions", lambda each: _read_condition(each, names))),
    }
    return None if issue is None else PassageReading(key=key, party=party, issue=issue, **values)


def _read_condition(node: Node, names: Names) -> ConditionFacts:
    refuse_unknown(node, CONDITION_FIELDS)
    return ConditionFacts(
        kind=node.choice("kind", ConditionKind.values, ConditionKind.PRECONDITION, required=True),
        text=read_words(node, "text"),
        falls_on=_named(node, "falls_on", node.optional_text("falls_on"), names.parties, "party"),
    )


def read_refusal(reader: Reader, source: Source, node: Node) -> tuple[int, int, Party | None, Issue | None]:
    """The passage and the reading of a suggestion that is refused."""
    parties = _slugs_in(node.value.get("party"))
    known = {party.slug: party for party in parties_for(reader).filter(slug__in=parties)} if parties else {}
    issues = _slugs_in(node.value.get("issue"))
    told = {issue.slug: issue for issue in source.negotiation.issues.filter(slug__in=issues)} if issues else {}
    start, end = node.integer("start", required=True), node.integer("end", required=True)
    party = _named(node, "party", node.optional_text("party"), known, "party")
    issue = _named(node, "issue", node.optional_text("issue"), told, "issue")
    if start is not None and end is not None and not 0 <= start < end:
        node.refuse(
            "start",
            gettext("a passage needs 0 ≤ start < end, not %(start)s and %(end)s") % {"start": start, "end": end},
        )
    finish(node)
    assert start is not None
    assert end is not None
    return start, end, party, issue
