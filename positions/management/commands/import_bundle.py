"""Import a negotiation from a bundle."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from positions.management.reporting import ReportingCommand, readable_file
from positions.services.imports import import_bundle


class Command(ReportingCommand):
    """All or nothing: every problem is listed with its JSON path, and then nothing is written."""

    help = "Import a negotiation from a bundle (positions-bundle/1). Texts named by text_file lie beside the file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=readable_file)
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        report = import_bundle(
            self.reader(options),
            path.read_bytes(),
            folder=path.resolve().parent,
            dry_run=options["dry_run"],
            on_step=self.step,
        )
        self.tell_import(report, dry_run=options["dry_run"])
