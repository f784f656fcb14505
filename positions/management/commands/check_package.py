"""Check a replication package against itself and against the positions derived here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from positions.formats.package import Package, read_package
from positions.management.reporting import ReportingCommand
from positions.queries.access import negotiation_for
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for

COMPARED = (
    "stance", "low", "high", "state", "footing", "red_line", "conditional", "since", "last_evidence_on",
    "last_heard_on", "evidence_count", "evidence_total", "other_evidence", "rounds_silent",
)  # fmt: skip


class Command(ReportingCommand):
    """Exit code 1 where a checksum or a position differs."""

    help = "Check a replication package: its checksums, and that its record yields the same positions here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", metavar="PACKAGE", type=Path, help="the zip, or the folder it was unpacked to")

    def handle(self, *args: Any, **options: Any) -> None:
        self.step("checking checksums")
        package = read_package(options["package"])
        reader = self.reader(options)
        negotiation = negotiation_for(reader, package.slug)
        self.step(f"deriving the positions of {package.slug} as of {package.as_of}")
        found = positions_for(reader, negotiation, Moment(package.as_of, package.known_at))
        differences = list_differences(package, found)
        for difference in differences:
            self.stderr.write(difference)
        if differences:
            raise CommandError(f"{len(differences)} of {len(package.positions)} positions differ.")
        self.stdout.write(f"{len(found)} positions, the same as in the package.")


def list_differences(package: Package, found: list[Any]) -> list[str]:
    """What is otherwise here than in the package, a line a position."""
    listed = {(row["party"], row["issue"]): row for row in package.positions}
    here = {(position.party, position.issue): position for position in found}
    told = []
    for pair in sorted({*listed, *here}):
        name = " on ".join(pair)
        if pair not in here or pair not in listed:
            told.append(f"{name}: only {'in the package' if pair in listed else 'here'}")
            continue
        values = {field: (listed[pair][field], _plain(getattr(here[pair], field))) for field in COMPARED}
        changed = [f"{field} {there} there, {own} here" for field, (there, own) in values.items() if there != own]
        if changed:
            told.append(f"{name}: {', '.join(changed)}")
    return told


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else getattr(value, "value", value)
