"""Compare the fast derivation with the slow, obvious one on the database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import F

from positions.analysis import reference
from positions.analysis.concessions import concessions
from positions.analysis.evidence import footing_of
from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.timeline import timeline
from positions.analysis.types import History
from positions.management.reporting import ReportingCommand
from positions.models import Coding, Negotiation
from positions.queries.access import SYSTEM, negotiation_for, negotiations_for
from positions.queries.evidence import Moment, load_readings, parents_in, round_spans


class Command(ReportingCommand):
    """Exit code 1 on any difference, which is printed."""

    help = "Check positions, segments, shifts and concessions against what the slow reference derives."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", nargs="?")
        parser.add_argument(
            "--moments", type=int, default=6, help="how many pairs of date and instant to compare (default 6)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = [negotiation_for(SYSTEM, options["slug"])] if options["slug"] else list(negotiations_for(SYSTEM))
        differences = 0
        for negotiation in chosen:
            found = [*self._stale_copies(negotiation), *self._differences(negotiation, options["moments"])]
            for line in found:
                self.stdout.write(line)
            self.step(f"{negotiation.slug}: {'differs' if found else 'agrees'}")
            differences += len(found)
        if differences:
            raise CommandError(f"{differences} difference{'s' * (differences != 1)} found.")

    def _stale_copies(self, negotiation: Negotiation) -> Iterator[str]:
        """Codings whose copied footing or day is no longer what their statement says."""
        codings = Coding.objects.filter(negotiation=negotiation)
        for key in codings.exclude(stated_latest=F("statement__stated_latest")).values_list("key", flat=True):
            yield f"{negotiation.slug}: coding {key} repeats another day than its statement's"
        footings = dict(codings.values_list("pk", "footing"))
        for reading in load_readings(codings):
            if footings[_uuid(reading.coding)] != footing_of(reading):
                yield f"{negotiation.slug}: coding {reading.coding} repeats another footing than its statement gives"

    def _differences(self, negotiation: Negotiation, moments: int) -> Iterator[str]:
        codings = Coding.objects.filter(negotiation=negotiation, recorded_at__isnull=False)
        history = History(tuple(load_readings(codings)), parents_in(negotiation), tuple(round_spans(negotiation)))
        for place, moment in enumerate(_moments(history, moments)):
            label = f"{negotiation.slug} as of {moment.as_of} known at {moment.known_at.isoformat()}"
            if sys.stderr.isatty():
                self.step(f"{label} ({place + 1})")
            at = (moment.as_of, moment.known_at)
            pairs: list[tuple[str, list[Any], list[Any]]] = [
                ("positions", list(positions(history, *at)), list(reference.positions(history, *at))),
                ("shifts", list(shifts(history, *at)), list(reference.shifts(history, *at))),
                ("concessions", list(concessions(history, *at)), list(reference.concessions(history, *at))),
            ]
            for issue in sorted({reading.issue for reading in history.readings}):
                pairs.append(
                    (
                        f"timeline of {issue}",
                        list(timeline(history, issue, *at)),
                        list(reference.timeline(history, issue, *at)),
                    )
                )
            for name, fast, slow in pairs:
                for unlike in [*(f for f in fast if f not in slow), *(s for s in slow if s not in fast)]:
                    yield f"{label}: {name} differ at {unlike}"


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


def _moments(history: History, wanted: int) -> list[Moment]:
    """Now, and pairs of date and instant spread over the days of the evidence and the instants of the record."""
    now = Moment.now()
    days = sorted({r.latest for r in history.readings})
    clocks = sorted({m for r in history.readings for m in (r.recorded_at, r.retired_at) if m is not None})
    moments = [now]
    for step in range(1, wanted):
        if days and clocks:
            day, clock = (
                days[(step * len(days)) // wanted],
                clocks[(len(clocks) - 1) - ((step - 1) * len(clocks)) // (2 * wanted)],
            )
            moments.append(replace(now, as_of=day + timedelta(days=step % 2), known_at=clock))
    return moments
