"""Export a negotiation as a bundle."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from positions.management.reporting import ReportingCommand
from positions.queries.bundle import bundle_of
from positions.services.access import require_administrator


class Command(ReportingCommand):
    """JSON alone on stdout, progress on stderr."""

    help = "Write a negotiation, history included, as the bundle that import_bundle reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        reader = self.reader(options)
        require_administrator(reader)
        self.step(f"exporting {options['slug']}")
        self.stdout.write(json.dumps(bundle_of(reader, options["slug"]), ensure_ascii=False, indent=1))
