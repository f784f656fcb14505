"""Reading a replication package: a zip, or the folder it was unpacked to, checked against its own checksums."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from positions.exceptions import Invalid
from positions.validators import SLUG

FORMAT = "positions-package/1"
MANIFEST, POSITIONS, SUMS = "manifest.json", "positions.jsonl", "SHA256SUMS"


@dataclass(frozen=True)
class Package:
    """Of which negotiation and moment a package is, and the positions it lists, as the API has them."""

    slug: str
    as_of: date
    known_at: datetime
    positions: list[dict[str, Any]]


def read_package(path: Path) -> Package:
    """Read and check a package. Raises :class:`Invalid` that names what is missing, changed or no package at all."""
    if path.is_dir():
        return _read(lambda name: (path / name).read_bytes())
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive.read)
    except zipfile.BadZipFile:
        raise Invalid(f"“{path.name}” is neither a package (a zip) nor a folder with one") from None


def _read(load: Callable[[str], bytes]) -> Package:
    for line in _load(load, SUMS).decode(errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        if hashlib.sha256(_load(load, name)).hexdigest() != digest:
            raise Invalid(f"“{name[:80]}” is not as it was packed: its checksum differs")
    try:
        manifest = json.loads(_load(load, MANIFEST))
        if manifest["format"] != FORMAT or not SLUG.fullmatch(manifest["negotiation"]):
            raise ValueError
        listed = _load(load, POSITIONS).decode().splitlines()
        return Package(
            manifest["negotiation"],
            date.fromisoformat(manifest["as_of"]),
            datetime.fromisoformat(manifest["known_at"]),
            [json.loads(line) for line in listed],
        )
    except (ValueError, KeyError, TypeError):
        raise Invalid(f"{MANIFEST} or {POSITIONS} is not that of a package of the format {FORMAT}") from None


def _load(load: Callable[[str], bytes], name: str) -> bytes:
    # a name never leads out of the folder
    if Path(name).name != name:
        raise Invalid(f"“{name[:80]}” is no file of a package")
    try:
        return load(name)
    except (KeyError, OSError):
        raise Invalid(f"“{name[:80]}” is missing") from None
