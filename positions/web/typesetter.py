"""The program that sets a brief as PDF: run as a child process, it knows nothing of the project around it.

Standard input is JSON: ``template`` (Typst source, ours), ``sheet`` (all text, which stays data), ``system_fonts``
(whether fonts of the machine may serve), ``created`` (UNIX seconds). Standard output is the PDF. A letter that no font
has is never left out without a word: the standard asked for (PDF/UA-1) makes it an error, it is put down as U+FFFD
and the part of the sheet that holds it is told so by ``lost``.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from typing import Any

import typst

MEMORY_BYTES = 2_000_000_000
CPU_SECONDS = 30
ROUNDS = 8
UNSET = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
PLAIN = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def main() -> int:
    """Set what standard input asks for. Exit 0 done, 1 refused with the compiler's words on standard error."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    asked = json.load(sys.stdin.buffer)
    sheet = asked["sheet"]
    for _ in range(ROUNDS):
        try:
            written = typst.compile(
                asked["template"].encode(),
                format="pdf",
                pdf_standards=["ua-1"],
                ignore_system_fonts=not asked["system_fonts"],
                sys_inputs={"sheet": json.dumps(sheet)},
                timestamp=asked["created"],
            )
        except typst.TypstError as refusal:
            unset = find_unset(refusal.diagnostic)
            if not unset or not mark_lost(sheet, unset):
                sys.stderr.write(refusal.diagnostic)
                return 1
        else:
            sys.stdout.buffer.write(written)
            return 0
    sys.stderr.write("letters without a font remain")
    return 1


def find_unset(diagnostic: str) -> list[str]:
    """The texts no font could set, longest first so that none hides in another."""
    found = {
        ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else PLAIN.get(m[2], m[2]), text)
        for text in UNSET.findall(diagnostic)
    }
    return sorted(found, key=len, reverse=True)


def mark_lost(part: Any, unset: list[str]) -> bool:
    """Put U+FFFD for each of the texts, and ``lost`` on every part that held one; whether any did."""
    changed = False
    for key, value in list(part.items() if isinstance(part, dict) else enumerate(part)):
        if isinstance(value, str):
            kept = value
            for text in unset:
                kept = kept.replace(text, "\ufffd")
            part[key] = kept
            changed |= kept != value
        elif isinstance(value, dict | list):
            changed |= mark_lost(value, unset)
    if changed and isinstance(part, dict):
        part["lost"] = True
    return changed


if __name__ == "__main__":
    sys.exit(main())
