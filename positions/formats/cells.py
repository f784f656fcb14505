"""Cells of a spreadsheet: text that a program would take for a formula is told apart from formulas, and told back.

A quotation may begin with ``=`` or ``@``. Spreadsheets run what begins so, and some also what begins
with the wide forms of these signs. Such a text is written behind an apostrophe, which spreadsheets
take for the mark of plain text; reading takes it off again, so that nothing changes on the way.
"""

from __future__ import annotations

import re

# An apostrophe in front of a risky sign is itself guarded, so that each written form has one meaning.
RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


def guard_cell(value: str) -> str:
    """A cell no spreadsheet takes for a formula; plain numbers stay as they are."""
    return f"'{value}" if RISKY.match(value) and not NUMBER.fullmatch(value) else value


def restore_cell(value: str) -> str:
    """What :func:`guard_cell` was given."""
    return value[1:] if value.startswith("'") and RISKY.match(value) else value
