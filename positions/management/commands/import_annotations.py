"""Import annotations of the W3C's model, or an export of Hypothesis."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from positions.management.reporting import ReportingCommand, readable_file
from positions.services.annotations_import import AnnotationDefaults, import_annotations


class Command(ReportingCommand):
    """All or nothing: every problem is listed with its place in the file, and then nothing is written."""

    help = (
        "Import annotations (W3C Web Annotations in JSON-LD, or the JSON of Hypothesis) into a negotiation: "
        "quotations become statements, tags such as “party:russia issue:inf stance:+1” codings."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=readable_file)
        parser.add_argument("--negotiation", metavar="SLUG", required=True, help="into which negotiation")
        parser.add_argument(
            "--asserted-by", metavar="PARTY", default="", help="who states it, where no tag “by:” or “party:” says so"
        )
        parser.add_argument(
            "--stated-on", metavar="DATE", default="",
            help="when it was stated (EDTF), where neither a tag “on:” nor the source's date says so",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        report = import_annotations(
            self.reader(options),
            options["negotiation"],
            options["file"].read_bytes(),
            AnnotationDefaults(options["asserted_by"], options["stated_on"]),
            dry_run=options["dry_run"],
            on_step=self.step,
        )
        self.tell_import(report, dry_run=options["dry_run"])
