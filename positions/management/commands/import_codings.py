"""Import a codings table into a negotiation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from positions.formats.sheets import READERS
from positions.management.reporting import ReportingCommand, readable_file
from positions.services.codings_import import import_codings


class Command(ReportingCommand):
    """All or nothing: every problem is listed with its row and column, and then nothing is written."""

    help = "Import a codings table: CSV, XLSX or JSON lines, one row a coding."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=readable_file, help="ends in .csv, .xlsx or .jsonl")
        parser.add_argument("--negotiation", metavar="SLUG", required=True)
        parser.add_argument("--create-missing", action="store_true", help="add parties and issues that nobody knows")
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        format = path.suffix.lower().removeprefix(".")
        if format not in READERS:
            raise CommandError(f"“{path.name}” ends in none of .csv, .xlsx and .jsonl.", returncode=2)
        report = import_codings(
            self.reader(options),
            options["negotiation"],
            path.read_bytes(),
            format,
            create_missing=options["create_missing"],
            dry_run=options["dry_run"],
            on_step=self.step,
        )
        self.tell_import(report, dry_run=options["dry_run"])
