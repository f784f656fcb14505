"""The catalogues of translations: compiled with Babel from ``locale/<language>/LC_MESSAGES/*.po`` where needed.

``python -m tracker.catalogues`` compiles them; a start of the installation and of the tests does it by itself.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
LINE = re.compile(r'|#.*|(?:(?:msgid|msgid_plural|msgctxt|msgstr(?:\[\d\])?)\s*)?"(?:[^"\\]|\\.)*"')
PLACEHOLDER = re.compile(r"\{\w+\}|%\(\w+\)[sd]")


class CatalogueBroken(Exception):
    """A catalogue cannot be used; the message names the file, the line and what is wrong there."""


def compile_catalogues(locale_dir: Path = LOCALE_DIR) -> list[Path]:
    """Write the ``.mo`` beside every ``.po`` that is newer than it; the files written.

    Processes may do this at the same time: a file is put in place whole.
    Raises :class:`CatalogueBroken` and :class:`OSError`.
    """
    written = []
    for source in find_catalogues(locale_dir):
        target = source.with_suffix(".mo")
        with suppress(FileNotFoundError):
            if target.stat().st_mtime_ns > source.stat().st_mtime_ns:
                continue
        _write(read_catalogue(source), target)
        written.append(target)
    return written


def find_catalogues(locale_dir: Path = LOCALE_DIR) -> Iterator[Path]:
    """The ``.po`` files, in order of language."""
    return iter(sorted(locale_dir.glob("*/LC_MESSAGES/*.po")))


def read_catalogue(source: Path) -> Catalog:
    """A catalogue whose placeholders agree with the messages'. Raises :class:`CatalogueBroken`."""
    language = source.parent.parent.name
    _require_lines(source)
    try:
        with source.open("rb") as file:
            catalogue = read_po(file, locale=language, domain=source.stem, abort_invalid=True)
    except PoFileError as error:
        raise CatalogueBroken(f"{source}:{error.lineno + 1}: {error}") from None
    except ValueError as error:
        raise CatalogueBroken(f"{source}: {error}") from None
    for message, faults in catalogue.check():
        raise CatalogueBroken(f"{source}:{message.lineno}: {faults[0]}")
    for message in catalogue:
        if fault := fault_of(message):
            raise CatalogueBroken(f"{source}:{message.lineno}: {fault}")
    return catalogue


def _require_lines(source: Path) -> None:
    """Babel takes a string without its quotation marks, and cuts its ends off; this does not."""
    try:
        lines = source.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise CatalogueBroken(f"{source}: not UTF-8 ({error.reason} at byte {error.start})") from None
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line.strip()):
            raise CatalogueBroken(f"{source}:{number}: not a line of a catalogue: {line.strip()[:60]}")


def placeholders_in(text: str) -> frozenset[str]:
    """The ``{name}`` and ``%(name)s`` of a message."""
    return frozenset(PLACEHOLDER.findall(text))


def fault_of(message: Message) -> str:
    """What makes a translation unfit to be filled in, empty where nothing does or there is none.

    A plural form carries the placeholders of the message's singular or those of its plural.
    """
    ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    allowed = {placeholders_in(text) for text in ids}
    for form in forms:
        if message.id and form and placeholders_in(form) not in allowed:
            wanted = " ".join(sorted(placeholders_in(ids[-1]))) or "none"
            return f"the placeholders of “{form}” are not those of the message: {wanted}"
    return ""


def _write(catalogue: Catalog, target: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as file:
        write_mo(file, catalogue)
    # the file is for every user who runs the installation, not for its writer alone
    Path(file.name).chmod(0o644)
    os.replace(file.name, target)


def main() -> int:
    try:
        compile_catalogues()
    except (CatalogueBroken, OSError) as error:
        print(f"the translations cannot be compiled: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
