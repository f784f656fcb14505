"""Import a file of the program Discourse Network Analyzer."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from positions.formats.dna import DnaRoles
from positions.management.reporting import ReportingCommand, readable_file
from positions.services.dna_import import DnaOptions, import_dna


class Command(ReportingCommand):
    """All or nothing: every problem is listed with its place in the file, and then nothing is written."""

    help = (
        "Import a .dna file of DNA 3: documents become sources, organisations parties, persons speakers, concepts "
        "issues; agreement is +2, disagreement −2. The negotiation is made where there is none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        usual = DnaRoles()
        parser.add_argument("file", metavar="FILE", type=readable_file)
        parser.add_argument("--negotiation", metavar="SLUG", required=True, help="into which negotiation")
        parser.add_argument("--title", default="", help="title of a new negotiation (its slug in words without it)")
        parser.add_argument("--type", metavar="LABEL", help="the statement type to read, where several could be")
        parser.add_argument("--organisation", metavar="VARIABLE", default=usual.organisation, help="who states")
        parser.add_argument("--concept", metavar="VARIABLE", default=usual.concept, help="on what")
        parser.add_argument("--agreement", metavar="VARIABLE", default=usual.agreement, help="on which side")
        parser.add_argument("--person", metavar="VARIABLE", default=usual.person, help="who speaks")
        parser.add_argument("--language", default="und", help="language of the documents (BCP 47)")
        parser.add_argument(
            "--prefix", default="dna", help="how keys begin: a second file in one negotiation needs another"
        )
        parser.add_argument(
            "--skip-incomplete", action="store_true", help="leave out statements without organisation or concept"
        )
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        roles = DnaRoles(
            options["type"], options["organisation"], options["concept"], options["agreement"], options["person"]
        )
        report = import_dna(
            self.reader(options),
            options["file"],
            options["negotiation"],
            DnaOptions(
                roles=roles,
                title=options["title"],
                prefix=options["prefix"],
                language=options["language"],
                skip_incomplete=options["skip_incomplete"],
            ),
            dry_run=options["dry_run"],
            on_step=self.step,
        )
        for place, message in report.warnings:
            self.step(f"warning: {place}: {message}")
        what = ", ".join(f"{count} {noun}" for noun, count in report.counts.items()) or "nothing new"
        self.stdout.write(f"{'Would import' if options['dry_run'] else 'Imported'} {report.negotiation.slug}: {what}.")
