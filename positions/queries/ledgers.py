"""Red lines and coverage of a negotiation, for one reader at one moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from positions.analysis.coverage import Coverage, coverage
from positions.analysis.position import held_spans
from positions.analysis.red_lines import RedLine, red_lines
from positions.models import Issue, Negotiation, Party
from positions.queries.access import Reader, published_codings_for
from positions.queries.evidence import Moment, history_for


@dataclass(frozen=True, slots=True)
class CoveredPair:
    """What was found of a party on an issue; ``rounds_attended`` counts the held rounds that name the party."""

    found: Coverage
    rounds_attended: int

    @property
    def party(self) -> str:
        return self.found.party

    @property
    def issue(self) -> str:
        return self.found.issue

    @property
    def last_heard_on(self) -> date | None:
        """The last day with any word, "no comment" too; null where there was none."""
        return self.found.heard_on

    @property
    def last_evidence_on(self) -> date | None:
        """The last day with a stance on the footing that decides; null where there is none."""
        return self.found.evidence_on

    @property
    def never_heard(self) -> bool:
        return self.found.heard_on is None

    @property
    def rounds_silent(self) -> int:
        return self.found.rounds_silent

    @property
    def silent_at(self) -> tuple[date, ...]:
        """The first days of the rounds it was silent at."""
        return self.found.silent_at


def red_lines_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> list[RedLine]:
    """Every red line with what became of it, sorted by party, issue and day of declaration."""
    history = history_for(reader, negotiation, moment, parties=parties, issues=issues)
    return red_lines(history, moment.as_of, moment.known_at)


def coverage_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> list[CoveredPair]:
    """Every pair of a party the reader sees coded here and an issue that is not merged away, sorted by both."""
    coded = published_codings_for(reader).filter(negotiation=negotiation, party=OuterRef("pk"))
    heard = set(Party.objects.filter(Exists(coded)).values_list("slug", flat=True))
    listed = Issue.objects.filter(negotiation=negotiation, merged_into=None)
    named = set(listed.values_list("slug", flat=True))
    if parties is not None:
        heard &= {party.slug for party in parties}
    if issues is not None:
        named &= {issue.slug for issue in issues}
    history = history_for(reader, negotiation, moment, parties=parties, issues=issues)
    attended = {party: len(starts) for party, starts in held_spans(history.rounds, moment.as_of).items()}
    pairs = coverage(history, sorted(heard), sorted(named), moment.as_of, moment.known_at)
    return [CoveredPair(pair, attended.get(pair.party, 0)) for pair in pairs]
