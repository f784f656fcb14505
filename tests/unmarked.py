"""Finds what people read in a template, or in Python, and no translator would see."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, TokenType

# attributes that are read out or shown
WORDED_ATTRIBUTES = (
    "title",
    "aria-label",
    "placeholder",
    "alt",
    "data-label",
    "aria-description",
    "aria-roledescription",
)
# filters whose argument is shown
WORDED_FILTER = re.compile(r"""\|\s*(?:default|default_if_none|yesno|join|pluralize)\s*:\s*(["'])(.*?)\1""")
# a literal handed to another template: words begin with a capital, names of things do not
HANDED_ON = re.compile(r"""\w+=(["'])([A-Z].*?)\1""")
# keys keep their names in every language
NO_TEXT = ("script", "style", "code", "kbd")
# blocks of the admin that hold names of classes
CLASS_BLOCKS = ("bodyclass", "coltype")
# names, formats and signs that are the same in every language
SAME_EVERYWHERE = {
    "Rapporteur", "API", "BibTeX", "CSL-JSON", "CSV", "DOCX", "PDF", "PNG", "SVG", "XLSX", "JSON", "GraphML", "GEXF",
    "Markdown", "TLP", "SHA-256", "UTC", "UTF-8", "Word (DOCX)", "&amp;", "ISO 8601", "OpenAPI", "RIS", "SHA",
}  # fmt: skip
LETTERS = re.compile(r"[^\W\d_]")


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self.closed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in WORDED_ATTRIBUTES and needs_words(value or ""):
                self.found.append((self.getpos()[0], f"{name}: {(value or '').strip()}"))
        if tag in NO_TEXT:
            self.closed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.closed[-1:] == [tag]:
            self.closed.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if self.closed:
            return
        line = self.getpos()[0]
        for number, text in enumerate(data.split("\n")):
            if needs_words(text):
                self.found.append((line + number, text.strip()))


def needs_words(text: str) -> bool:
    """Whether a text says something that differs between languages."""
    left = text
    for same in sorted(SAME_EVERYWHERE, key=len, reverse=True):
        left = left.replace(same, "")
    return LETTERS.search(left) is not None


def unmarked_in(source: str) -> list[tuple[int, str]]:
    """Line and text of everything in a template that is shown and not marked for translation."""
    found: list[tuple[int, str]] = []
    residue: list[str] = []
    inside = ""  # the tag whose content is a message, or is not shown
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.TEXT:
            residue.append(_blank(token.contents) if inside else token.contents)
            continue
        residue.append(" " + "\n" * token.contents.count("\n"))
        if token.token_type is TokenType.BLOCK:
            name = token.split_contents()[0] if token.contents else ""
            of_classes = name == "block" and token.split_contents()[1] in CLASS_BLOCKS
            if not inside and (of_classes or name in ("blocktranslate", "blocktrans", "comment")):
                inside = name
            elif inside and name == f"end{inside}":
                inside = ""
            if name in ("include", "with"):
                found += [
                    (token.lineno or 0, match.group(0))
                    for match in HANDED_ON.finditer(token.contents)
                    if needs_words(match.group(2))
                ]
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            for match in WORDED_FILTER.finditer(token.contents):
                if needs_words(match.group(2)):
                    found.append((token.lineno or 0, match.group(0)))
    parser = _Texts()
    parser.feed("".join(residue))
    parser.close()
    return sorted(found + parser.found)


def _blank(text: str) -> str:
    return "\n" * text.count("\n")


# two words of a sentence, with what may stand between them
PROSE = re.compile(r"[^\W\d_]{2,}[,;:.…]? [“(]?[a-z]{2,}")
MARKS = re.compile(r"n?p?gettext(_lazy|_noop)?")
FOR_PROGRAMS = ("warning", "info", "exception", "debug", "compile", "AssertionError", "NotImplementedError", "count_of")


def unmarked_in_python(source: str) -> list[tuple[int, str]]:
    """Line and text of each literal that reads like a sentence, is no key, and is in no call that marks it."""
    return sorted(set(_unmarked(ast.parse(source))))


def _unmarked(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if MARKS.fullmatch(name) or name in FOR_PROGRAMS:
            return
    if isinstance(node, ast.JoinedStr):
        words = "{}".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        if PROSE.search(words):
            yield node.lineno, words
            return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and PROSE.search(node.value):
        yield node.lineno, node.value
    children = node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node)
    for child in children:
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):  # a docstring
            yield from _unmarked(child)
