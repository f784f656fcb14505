"""Annotations as the API of Hypothesis has them (``rows`` of a search, ``annotations`` of an export)."""

from __future__ import annotations

import re
from typing import Any

from positions.formats.webannotation.marks import Mark, Marks, Target, listed
from positions.formats.webannotation.terms import POSITION, QUOTE

ACCOUNT = re.compile(r"acct:([^@\s]+)@\S+")


def is_hypothesis(entry: dict[str, Any]) -> bool:
    """Whether an entry is in Hypothesis's own manner rather than the W3C's."""
    return isinstance(entry.get("uri"), str) and "type" not in entry


def read_hypothesis(entry: dict[str, Any], path: str, found: Marks) -> None:
    """Take in one annotation; an answer to another one is left aside, since it quotes nothing."""
    if entry.get("references"):
        found.warnings.append((path, "is an answer to another annotation, which quotes nothing: left aside"))
        return
    if entry.get("hidden") is True:
        found.warnings.append((path, "was hidden by a moderator: left aside"))
        return
    target = _target(entry, path, found)
    if target is None:
        return
    text = entry.get("text")
    found.marks.append(
        Mark(
            path=path,
            id=entry["id"] if isinstance(entry.get("id"), str) else "",
            target=target,
            tags=tuple(
                (f"{path}.tags[{place}]", tag)
                for place, tag in enumerate(listed(entry.get("tags")))
                if isinstance(tag, str) and tag.strip()
            ),
            comment=text.strip() if isinstance(text, str) else "",
            creator=_creator(entry),
            title=_title(entry),
        )
    )


def _target(entry: dict[str, Any], path: str, found: Marks) -> Target | None:
    uri = entry["uri"]
    if not uri.strip():
        found.problems.append((f"{path}.uri", "is empty"))
        return None
    for place, target in enumerate(listed(entry.get("target"))):
        selectors = listed(target.get("selector")) if isinstance(target, dict) else []
        at = f"{path}.target[{place}].selector"
        said: dict[str, Any] = {}
        for selector in selectors:
            kind = selector.get("type") if isinstance(selector, dict) else None
            if kind == QUOTE:
                said |= {name: selector[name] for name in ("exact", "prefix", "suffix") if _is_text(selector, name)}
            elif kind == POSITION and _is_span(selector):
                said |= {name: selector[name] for name in ("start", "end")}
        if "exact" in said and said["exact"].strip():
            return Target(at, uri, **said)
        if selectors:
            found.problems.append((at, f"has no {QUOTE} with words: what it is about cannot be found in a text"))
            return None
    return Target(f"{path}.uri", uri)


def _is_text(selector: dict[str, Any], name: str) -> bool:
    return isinstance(selector.get(name), str)


def _is_span(selector: dict[str, Any]) -> bool:
    start, end = selector.get("start"), selector.get("end")
    return type(start) is int and type(end) is int and 0 <= start < end <= 2_000_000_000


def _creator(entry: dict[str, Any]) -> str:
    """The name of the account, without the host it is at."""
    user = entry.get("user")
    match = ACCOUNT.fullmatch(user) if isinstance(user, str) else None
    return match[1] if match else ""


def _title(entry: dict[str, Any]) -> str:
    document = entry.get("document")
    titles = listed(document.get("title")) if isinstance(document, dict) else []
    return next((title.strip() for title in titles if isinstance(title, str) and title.strip()), "")
