"""Codings as tags: ``party:russia issue:inf stance:+1 move:offer``.

A tag is a line of words ``name:value``; a value with spaces stands in double quotation marks, in which
``\\`` stands before a quotation mark or another ``\\``. A name alone is ``name:true``. What else a tag may
be is a word of its owner's and no coding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from positions.enums import ConditionKind

# What a tag says of a coding, and what of the statement that carries it.
OF_CODING: Final = (
    "party", "issue", "stance", "state", "move", "red_line", "reciprocal", "confidence", "coder", "status", "condition",
    *ConditionKind.values,
)  # fmt: skip
OF_STATEMENT: Final = (
    "by", "on", "round", "source", "speaker", "speaker_label", "directness", "attribution",
)  # fmt: skip
# Names that may come several times in one coding.
REPEATED: Final = ("condition", *ConditionKind.values)

WORD = re.compile(r'([a-z_]+):(?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*))(?=\s|$)', re.ASCII | re.DOTALL)
FLAG = re.compile(r"(red_line|reciprocal)(?=\s|$)", re.ASCII)
PLAIN = re.compile(r'[^\s"\\]+')
SPACE = re.compile(r"\s*")

Words = list[tuple[str, str]]


def read_tag(tag: str) -> Words | None:
    """The names and values of a tag, in its order; null where it is not made of such words alone."""
    found: Words = []
    at = _after_space(tag, 0)
    while at < len(tag):
        word = WORD.match(tag, at)
        if word is not None:
            value = word[3] if word[2] is None else re.sub(r"\\(.)", r"\1", word[2], flags=re.DOTALL)
            found.append((word[1], value))
        else:
            word = FLAG.match(tag, at)
            if word is None:
                return None
            found.append((word[1], "true"))
        at = _after_space(tag, word.end())
    return found or None


def _after_space(tag: str, at: int) -> int:
    space = SPACE.match(tag, at)
    return at if space is None else space.end()


def write_tag(words: Iterable[tuple[str, str]]) -> str:
    """A tag that :func:`read_tag` reads as these names and values."""
    return " ".join(f"{name}:{_quoted(value)}" for name, value in words)


def _quoted(value: str) -> str:
    if PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def coding_tag(coding: Mapping[str, Any]) -> str:
    """The tag of a coding as the API's payload has it; what is usual is left out."""
    words = [("party", coding["party"]), ("issue", coding["issue"])]
    if coding["stance"] is not None:
        words.append(("stance", sign(coding["stance"])))
    words += [("state", coding["state"]), ("move", coding["move"]), ("confidence", coding["confidence"])]
    words += [(name, "true") for name in ("red_line", "reciprocal") if coding[name]]
    words += [(condition["kind"], condition["text"]) for condition in coding["conditions"]]
    if coding["coder"]:
        words.append(("coder", coding["coder"]))
    return write_tag([*words, ("status", coding["status"])])


def statement_tag(statement: Mapping[str, Any]) -> str:
    """The tag of who says it, when and in which way, of a statement as the API's payload has it."""
    words = [("by", statement["asserted_by"]), ("on", statement["stated_on"])]
    if statement["round"] is not None:
        words.append(("round", str(statement["round"])))
    words += [(name, statement[name]) for name in ("speaker", "speaker_label") if statement[name]]
    return write_tag([*words, ("directness", statement["directness"]), ("attribution", statement["attribution"])])


def sign(stance: int) -> str:
    """A stance with its sign: ``+1``, ``0``, ``-2``."""
    return f"{stance:+d}" if stance else "0"
