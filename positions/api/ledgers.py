"""``red-lines/`` and ``coverage/``: what became of red lines, and what the record lacks."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.derived_views import (
    PagedDerivedView,
    pick_days,
    pick_flag,
    pick_least,
    pick_one_of,
)
from positions.api.parameters import ordering
from positions.api.serializers.ledgers import CoverageSerializer, RedLineSerializer
from positions.api.vocabularies import RedLineEvent
from positions.enums import Footing
from positions.queries.ledgers import coverage_for, red_lines_for


class RedLinesView(PagedDerivedView):
    """Red lines: declared, repeated, softened, crossed, or no longer mentioned."""

    serializer_class = RedLineSerializer
    method_section = "shifts"
    picks = (
        pick_one_of("footing", "On whose word it stands.", Footing),
        pick_one_of("stance", "Where it was drawn.", ("-2", "-1", "0", "1", "2", "null")),
        pick_one_of("status", "What became of it.", RedLineEvent),
        *pick_days("declared_on", "declared", "Declared"),
        *pick_days("last_spoken_on", "last_spoken", "Last spoken"),
        pick_least("rounds_silent", "Not spoken for at least so many rounds the party attended."),
    )
    ordering = ordering(
        "party,issue,declared_on", party="party", issue="issue", declared_on="declared_on",
        last_spoken_on="last_spoken_on", rounds_silent="rounds_silent",
    )  # fmt: skip
    identity = ("party", "issue", "declared_on", "footing")

    def list(self, request: Request) -> Response:
        asked, negotiation = self.question, self.negotiation
        rows = red_lines_for(self.reader, negotiation, self.moment, parties=asked["party"], issues=asked["issue"])
        return self.answer(self.picked(rows))


class CoverageView(PagedDerivedView):
    """Who said nothing on what, since when: a row for each party coded in the negotiation and each issue."""

    serializer_class = CoverageSerializer
    method_section = "position"
    picks = (
        pick_flag("never_heard", "Whether nothing at all was found."),
        *pick_days("last_heard_on", "last_heard", "Last heard"),
        *pick_days("last_evidence_on", "last_evidence", "Last evidence"),
        pick_least("rounds_attended", "Attended at least so many held rounds."),
        pick_least("rounds_silent", "Silent through at least so many of them."),
    )
    ordering = ordering(
        "party,issue", party="party", issue="issue", last_heard_on="last_heard_on",
        last_evidence_on="last_evidence_on", rounds_silent="rounds_silent",
    )  # fmt: skip
    identity = ("party", "issue")

    def list(self, request: Request) -> Response:
        asked, negotiation = self.question, self.negotiation
        rows = coverage_for(self.reader, negotiation, self.moment, parties=asked["party"], issues=asked["issue"])
        return self.answer(self.picked(rows))
