"""Reading annotations of the W3C's model, and of Hypothesis, with every fault at its place.

Nothing is fetched: what a file only points at (another page of a collection, a body elsewhere) is said and
left aside.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any, Final

from positions.exceptions import BundleRefused
from positions.formats.json_nodes import load_json
from positions.formats.webannotation.hypothesis import is_hypothesis, read_hypothesis
from positions.formats.webannotation.marks import Mark, Marks, Target, listed
from positions.formats.webannotation.terms import POSITION, QUOTE, own
from positions.validators import text_fault

# Ways of pointing into a document that only its own program can follow.
BY_MARKUP: Final = {
    "XPathSelector": "counts on markup",
    "CssSelector": "counts on markup",
    "RangeSelector": "counts on markup",
    "SvgSelector": "is a part of a picture",
    "DataPositionSelector": "counts bytes",
    "FragmentSelector": "names a part in the document's own way",
}
TOGETHER: Final = {
    "Composite": "what is said is about all of them together",
    "List": "what is said is about all of them together, in this order",
    "Choice": "which of them is meant is open",
}
CHARACTERS = re.compile(r"char=(\d{1,9}),(\d{1,9})", re.ASCII)
NOTHING: Final = "holds no annotations: give an annotation, a list or collection of them, or an export of Hypothesis"
LONGEST_TAG = 2000
MOST_LEVELS = 8


def read_annotations(content: bytes) -> Marks:
    """The annotations of a file.

    Raises :class:`BundleRefused` where it is no JSON at all, or holds no annotations. What is wrong with one of them
    is among the problems of the answer.
    """
    found = Marks()
    entries = list(_entries(load_json(content), "$", found))
    if not entries and not found.problems:
        raise BundleRefused([("$", NOTHING)])
    for path, entry in entries:
        fault = _fault_in(entry, path)
        if fault is not None:
            found.problems.append(fault)
        elif is_hypothesis(entry):
            read_hypothesis(entry, path, found)
        else:
            _read_annotation(entry, path, found)
    return found


def _entries(value: Any, path: str, found: Marks) -> list[tuple[str, dict[str, Any]]]:
    """The annotations in the document, each with its place."""
    if isinstance(value, list):
        return [pair for place, each in enumerate(value) for pair in _entries(each, f"{path}[{place}]", found)]
    if not isinstance(value, dict):
        found.problems.append((path, "must be an annotation, which is an object"))
        return []
    types = _types(value)
    for member in ("rows", "annotations", "@graph"):
        if isinstance(value.get(member), list) and "Annotation" not in types:
            return _entries(value[member], f"{path}.{member}", found)
    if "AnnotationCollection" in types:
        first = value.get("first")
        if isinstance(first, dict):
            return _entries({"type": "AnnotationPage", **first}, f"{path}.first", found)
        if isinstance(value.get("items"), list):
            return _entries(value["items"], f"{path}.items", found)
        found.problems.append((f"{path}.first", "its pages lie elsewhere, and nothing is fetched: give them instead"))
        return []
    if "AnnotationPage" in types:
        if value.get("next"):
            found.warnings.append((f"{path}.next", "there are more pages elsewhere; nothing is fetched"))
        return _entries(listed(value.get("items")), f"{path}.items", found)
    return [(path, value)]


def _fault_in(value: Any, path: str) -> tuple[str, str] | None:
    """The first text in an entry that no database can hold, with its place."""
    waiting = [(path, value)]
    while waiting:
        at, each = waiting.pop()
        if isinstance(each, str) and (fault := text_fault(each)):
            return at, fault
        if isinstance(each, dict):
            waiting += [(f"{at}.{name}", member) for name, member in each.items()]
        elif isinstance(each, list):
            waiting += [(f"{at}[{place}]", member) for place, member in enumerate(each)]
    return None


def _types(value: dict[str, Any]) -> set[str]:
    named = [each for each in listed(value.get("type", value.get("@type"))) if isinstance(each, str)]
    return {name.removeprefix("oa:").removeprefix("as:") for name in named}


def _id(value: dict[str, Any]) -> str:
    named = value.get("id", value.get("@id"))
    return named if isinstance(named, str) else ""


def _read_annotation(entry: dict[str, Any], path: str, found: Marks) -> None:
    if "Annotation" not in _types(entry):
        found.problems.append((path, "is no annotation: its type must be “Annotation”"))
        return
    before = len(found.problems)
    tags, words = _bodies(entry, path, found)
    targets = [
        target
        for at, value in _independent(entry.get("target"), f"{path}.target", found)
        if (target := _target(value, at, found)) is not None
    ]
    if not targets and len(found.problems) == before:
        found.problems.append((f"{path}.target", "is missing: on what is it an annotation?"))
    key = entry.get(own("key"))
    for target in targets:
        found.marks.append(
            Mark(
                path=path,
                id=_id(entry),
                target=target,
                tags=tuple(tags),
                comment="\n".join(words),
                creator=_creator(entry.get("creator")),
                title="",
                key=key if isinstance(key, str) and key and len(targets) == 1 else None,
            )
        )


# ---------------------------------------------------------------- bodies


def _bodies(entry: dict[str, Any], path: str, found: Marks) -> tuple[list[tuple[str, str]], list[str]]:
    """The tags, each with its place, and what the bodies say besides."""
    tags: list[tuple[str, str]] = []
    words: list[str] = []
    values = entry.get("bodyValue")
    if isinstance(values, str):
        words.append(values)
    for place, body in enumerate(listed(entry.get("body"))):
        at = f"{path}.body[{place}]" if isinstance(entry.get("body"), list) else f"{path}.body"
        _read_body(body, at, tags, words, found)
    return tags, words


def _read_body(body: Any, at: str, tags: list[tuple[str, str]], words: list[str], found: Marks, level: int = 0) -> None:
    if isinstance(body, str):
        words.append(body)
        return
    if not isinstance(body, dict) or level > MOST_LEVELS:
        found.problems.append((at, "must be an address or an object"))
        return
    if "items" in body:
        for place, each in enumerate(listed(body["items"])):
            _read_body(each, f"{at}.items[{place}]", tags, words, found, level + 1)
        return
    value = body.get("value", body.get("chars"))
    if not isinstance(value, str):
        source = body.get("source", _id(body))
        source = _id(source) if isinstance(source, dict) else source
        if isinstance(source, str) and source:
            words.append(source)
        return
    is_tag = "tagging" in listed(body.get("purpose"))
    if is_tag and len(value) > LONGEST_TAG:
        found.problems.append((f"{at}.value", f"is longer than {LONGEST_TAG} characters"))
    elif is_tag:
        tags.append((f"{at}.value", value))
    else:
        words.append(_plain_text(value) if body.get("format") == "text/html" else value)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def _plain_text(markup: str) -> str:
    """The words of a piece of HTML."""
    parser = _Words()
    parser.feed(markup)
    parser.close()
    return "".join(parser.found).strip()


def _creator(value: Any) -> str:
    """What the first creator is called; empty where nobody is named, or a program or an organisation."""
    for each in listed(value):
        if isinstance(each, dict) and not _types(each) & {"Software", "Organization"}:
            for name in (each.get("nickname"), each.get("name")):
                if isinstance(name, str) and name.strip():
                    return name.strip()
    return ""


# ---------------------------------------------------------------- targets


def _independent(value: Any, at: str, found: Marks) -> list[tuple[str, Any]]:
    """The targets that each stand for themselves."""
    if isinstance(value, list):
        return [pair for place, each in enumerate(value) for pair in _independent(each, f"{at}[{place}]", found)]
    if isinstance(value, dict):
        kinds = _types(value)
        if "Independents" in kinds:
            return [(f"{at}.items[{place}]", each) for place, each in enumerate(listed(value.get("items")))]
        for kind, why in TOGETHER.items():
            if kind in kinds:
                found.problems.append((at, f"is a {kind}: {why}, but a statement stands in one source"))
                return []
    return [] if value is None else [(at, value)]


def _target(value: Any, at: str, found: Marks) -> Target | None:
    if isinstance(value, str):
        return Target(at, value)
    if not isinstance(value, dict):
        found.problems.append((at, "must be an address or an object"))
        return None
    source = value.get("source", _id(value))
    source = _id(source) if isinstance(source, dict) else source
    if not isinstance(source, str) or not source.strip():
        found.problems.append((at, "names no source"))
        return None
    selectors = listed(value.get("selector"))
    if not selectors:
        return Target(at, source)
    return read_selectors(selectors, source, f"{at}.selector", found)


def read_selectors(selectors: list[Any], source: str, at: str, found: Marks) -> Target | None:
    """The target that the first usable selectors describe; where none is, that is a problem."""
    said: dict[str, Any] = {}
    unusable: list[str] = []
    waiting, levels = [each for each in selectors if isinstance(each, dict)], 0
    while waiting and levels < MOST_LEVELS:
        levels += 1
        finer = []
        for selector in waiting:
            kinds = _types(selector)
            if QUOTE in kinds and isinstance(selector.get("exact"), str):
                said.setdefault("exact", selector["exact"])
                for name in ("prefix", "suffix"):
                    if isinstance(selector.get(name), str):
                        said.setdefault(name, selector[name])
            elif POSITION in kinds or _characters(selector):
                start, end = _characters(selector) or (selector.get("start"), selector.get("end"))
                if not _is_span(start, end):
                    found.problems.append((at, "needs whole numbers, 0 ≤ start < end"))
                    return None
                said.setdefault("start", start)
                said.setdefault("end", end)
            else:
                unusable += [kind for kind in sorted(kinds) if kind in BY_MARKUP] or ["selector without a known type"]
            # a refinement lies within what it refines, and says it more closely
            finer += [each for each in listed(selector.get("refinedBy")) if isinstance(each, dict)]
        if finer and "exact" not in said:
            said.clear()
        waiting = finer
    if "exact" in said and not said["exact"].strip():
        found.problems.append((at, "quotes nothing but white space"))
        return None
    if not said:
        kind = unusable[0] if unusable else "selector without a known type"
        why = BY_MARKUP.get(kind, "cannot be followed")
        found.problems.append(
            (at, f"is a {kind}, which {why}; the source's text here is plain: give a {QUOTE} with the words")
        )
        return None
    return Target(at, source, **said)


def _characters(selector: dict[str, Any]) -> tuple[int, int] | None:
    """The span of a fragment as RFC 5147 has it for plain text."""
    value = selector.get("value")
    match = CHARACTERS.fullmatch(value) if isinstance(value, str) else None
    return (int(match[1]), int(match[2])) if match else None


def _is_span(start: Any, end: Any) -> bool:
    return type(start) is int and type(end) is int and 0 <= start < end <= 2_000_000_000
