"""What the tags of one annotation say together: of the statement, and of each coding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from positions.enums import ConditionKind
from positions.formats.webannotation.marks import Problem
from positions.formats.webannotation.tags import OF_CODING, OF_STATEMENT, REPEATED, Words, read_tag

STANCES: Final = {sign: stance for stance in range(-2, 3) for sign in (str(stance), f"{stance:+d}")} | {
    "−1": -1, "−2": -2, "+0": 0, "-0": 0,
}  # fmt: skip
FLAGS: Final = {"true": True, "false": False}


@dataclass
class TaggedCoding:
    """One coding: where it stands in the file, and its fields as a bundle has them."""

    path: str
    fields: dict[str, Any]


@dataclass
class Tagged:
    """The statement's own words by name, its codings, and tags that are none of ours."""

    statement: dict[str, str] = field(default_factory=dict)
    codings: list[TaggedCoding] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read_tags(tags: tuple[tuple[str, str], ...], path: str) -> Tagged:
    """Sort out the tags of an annotation, which are pairs of place and words.

    A tag that names an issue and more is a coding of its own; words that stand alone make one coding together, and
    are what codings of their own leave out.
    """
    tagged = Tagged()
    shared: Words = []
    apart: list[tuple[str, Words]] = []
    for at, tag in tags:
        words = read_tag(tag)
        if words is None:
            tagged.labels.append(tag)
            continue
        known = [word for word in words if word[0] in OF_CODING or word[0] in OF_STATEMENT]
        for name, _ in words:
            if name not in OF_CODING and name not in OF_STATEMENT:
                tagged.warnings.append((at, f"“{name[:40]}:” is not read; is the name right?"))
        if len(known) < len(words):
            tagged.labels.append(tag)
        of_coding = [word for word in known if word[0] in OF_CODING]
        _take_once(tagged, at, [word for word in known if word[0] in OF_STATEMENT])
        if len(of_coding) > 1 and any(name == "issue" for name, _ in of_coding):
            apart.append((at, of_coding))
        else:
            shared += of_coding
    for at, words in apart:
        named = {name for name, _ in words}
        _add_coding(tagged, at, [*words, *(word for word in shared if word[0] not in named)])
    names = {name for name, _ in shared}
    if not apart and names and names != {"party"}:
        _add_coding(tagged, path, shared)
    if names == {"party"} and not apart:
        _take_once(tagged, path, [("by", value) for _, value in shared])
    return tagged


def _take_once(tagged: Tagged, at: str, words: Words) -> None:
    for name, value in words:
        if tagged.statement.setdefault(name, value) != value:
            tagged.problems.append((at, f"“{name}:” is given twice, as “{tagged.statement[name]}” and “{value}”"))


def _add_coding(tagged: Tagged, at: str, words: Words) -> None:
    said: dict[str, str] = {}
    fields: dict[str, Any] = {}
    before = len(tagged.problems)
    for name, value in words:
        if name in REPEATED:
            kind = ConditionKind.PRECONDITION.value if name == "condition" else name
            fields.setdefault("conditions", []).append({"text": value, "kind": kind})
        elif said.setdefault(name, value) != value:
            tagged.problems.append((at, f"“{name}:” is given twice; write each coding as one tag of its own"))
    for name in ("party", "state", "move", "confidence", "coder", "status"):
        if name in said:
            fields[name] = said[name]
    for name in ("red_line", "reciprocal"):
        if said.get(name, "false") not in FLAGS:
            tagged.problems.append((at, f"“{name}:” must be true or false, not “{said[name][:40]}”"))
        fields[name] = FLAGS.get(said.get(name, "false"), False)
    if "issue" not in said:
        tagged.problems.append((at, "names no issue: add “issue:” to make it a coding"))
    if "stance" in said and said["stance"] not in STANCES:
        tagged.problems.append((at, f"the stance must be -2, -1, 0, +1 or +2, not “{said['stance'][:40]}”"))
    if "stance" not in said and "state" not in said:
        tagged.problems.append((at, "says neither stance nor state: add “stance:”"))
    if len(tagged.problems) == before:
        fields["issue"] = said["issue"]
        fields["stance"] = STANCES[said["stance"]] if "stance" in said else None
        tagged.codings.append(TaggedCoding(at, fields))
