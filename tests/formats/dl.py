"""A reader of UCINET's DL language, as far as full matrices with labels go: nothing at hand reads them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass


@dataclass
class DlNetwork:
    """Labels and weights."""

    rows: list[str]
    columns: list[str]
    matrix: list[list[float]]


def read_dl(body: bytes) -> DlNetwork:
    """The network of a file. Raises where the number of labels or weights is not the one announced."""
    head, *lines = body.decode().splitlines()
    assert head.startswith("dl ")
    facts: dict[str, str] = dict(re.findall(r"(\w+)\s*=\s*(\w+)", head))
    assert facts.pop("format") == "fullmatrix"
    sections: dict[str, list[str]] = {}
    current = ""
    for line in lines:
        if re.fullmatch(r"(row |column )?labels:|data:", line):
            current = line.removesuffix(":")
            sections[current] = []
        else:
            sections[current].append(line)
    weights = [float(word) for line in sections.pop("data") for word in line.split()]
    labels = {name: [_unquote(line) for line in found] for name, found in sections.items()}
    rows = labels.get("row labels") or labels.get("labels") or []
    columns = labels.get("column labels") or labels.get("labels") or []
    height, width = (int(facts.get(name) or facts.get("n") or 0) for name in ("nr", "nc"))
    assert (len(rows), len(columns), len(weights)) == (height, width, height * width)
    assert len(set(rows)) == height
    return DlNetwork(rows, columns, [weights[i * width : (i + 1) * width] for i in range(height)])


def _unquote(line: str) -> str:
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.quotes, lexer.escape, lexer.commenters = True, '"', "", ""
    (label,) = lexer
    return label
