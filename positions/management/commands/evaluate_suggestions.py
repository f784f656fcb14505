"""Compare suggestions with what people published."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from positions.analysis.suggestion_quality import Quality
from positions.management.reporting import ReportingCommand
from positions.queries.suggestions import evaluate_suggestions
from positions.services.access import open_negotiation


class Command(ReportingCommand):
    """A table, or with ``--json`` one object on stdout."""

    help = (
        "Compare the suggestions that codebook, keywords and names alone give with the published codings "
        "of a negotiation. Nothing is learnt from the codings compared with."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        reader = self.reader(options)
        quality = evaluate_suggestions(reader, open_negotiation(reader, options["slug"]))
        self.stdout.write(json.dumps(figures(quality)) if options["json"] else table(quality))


def figures(quality: Quality) -> dict[str, int | float | None]:
    """Counts, and precision and recall of spans from 0 to 1, null where there is nothing to divide by."""
    return {
        "gold": quality.gold,
        "overlapped": quality.overlapped,
        "party_right": quality.party_right,
        "issue_right": quality.issue_right,
        "suggested": quality.suggested,
        "precision": None if quality.precision is None else round(quality.precision, 4),
        "recall": None if quality.recall is None else round(quality.recall, 4),
    }


def table(quality: Quality) -> str:
    """The same for reading, each count with its share."""
    rows = [
        ("Published statements with a passage", quality.gold, None),
        ("  met by a suggestion (recall)", quality.overlapped, quality.recall),
        ("    of these, the party is right", quality.party_right, share(quality.party_right, quality.overlapped)),
        ("    of these, the issue is right", quality.issue_right, share(quality.issue_right, quality.overlapped)),
        ("Suggestions", quality.suggested, None),
        ("  on a published statement (precision)", quality.hits, quality.precision),
    ]
    return "\n".join(f"{words:<40}{count:>7,}{'' if part is None else f'{part:>8.0%}'}" for words, count, part in rows)


def share(part: int, whole: int) -> float | None:
    """A share from 0 to 1; null of nothing."""
    return part / whole if whole else None
