"""Check that every quotation is what stands in its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from positions.analysis.anchors import CONTEXT_CHARACTERS
from positions.management.reporting import ReportingCommand
from positions.models import Negotiation, SourceText, Statement
from positions.queries.access import SYSTEM, negotiation_for, negotiations_for


class Command(ReportingCommand):
    """Exit code 1 on any difference, which is printed; retired statements are checked like the others."""

    help = "Check that every statement's quotation, and the words around it, are what stands in its text."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [negotiation_for(SYSTEM, options["slug"])] if options["slug"] else list(negotiations_for(SYSTEM))
        differences = 0
        for negotiation in chosen:
            checked, found = 0, 0
            for statement, text in quotations_of(negotiation):
                checked += 1
                for name in differing(statement, text):
                    found += 1
                    self.stdout.write(
                        f"{negotiation.slug}: statement {statement.key}: its {name} is not what stands in "
                        f"version {text.version} of source {text.source.key} at {statement.start} to {statement.end}"
                    )
            self.step(f"{negotiation.slug}: {checked} quotations, {found} differ")
            differences += found
        if differences:
            raise CommandError(f"{differences} difference{'s' * (differences != 1)} found.")


def quotations_of(negotiation: Negotiation) -> Iterator[tuple[Statement, SourceText]]:
    """Every statement with a span, with the text it stands in; one text is loaded at a time."""
    statements = Statement.objects.filter(negotiation=negotiation, text__isnull=False).order_by("text_id", "start")
    text: SourceText | None = None
    for statement in statements.iterator(chunk_size=500):
        if text is None or text.pk != statement.text_id:
            text = SourceText.objects.select_related("source").get(statements=statement)
        yield statement, text


def differing(statement: Statement, text: SourceText) -> list[str]:
    """Which of quotation, words before and words after are not those of the text."""
    start, end, words = statement.start or 0, statement.end or 0, text.text
    stands = {
        "exact": words[start:end],
        "prefix": words[max(0, start - CONTEXT_CHARACTERS) : start],
        "suffix": words[end : end + CONTEXT_CHARACTERS],
    }
    return [name for name, expected in stands.items() if getattr(statement, name) != expected]
