"""Load the demo negotiation and its accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from positions.management.reporting import ReportingCommand
from positions.services.demo import load_demo_negotiations, prepare_demo_accounts


class Command(ReportingCommand):
    """Safe to repeat: what is there already stays as it is."""

    help = "Load the demo: the European security talks of 2021–22, and an account for each role."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        self.step("loading the demo negotiation")
        reports = load_demo_negotiations()
        for report in reports:
            what = ", ".join(f"{count} {noun}" for noun, count in report.counts.items()) or "nothing new"
            self.stdout.write(f"{report.negotiation.slug}: {what}.")
        credentials = Path(settings.DATA_DIR) / "demo-credentials.json"
        self.step("preparing an account for each role")
        made = prepare_demo_accounts(reports[0].negotiation, credentials)
        self.stdout.write(f"Demo credentials {'written to' if made else 'are in'} {credentials}")
