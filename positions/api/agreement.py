"""``agreement/``: how often parties take the same stance."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from positions.analysis.agreement import SOURCE
from positions.api.derived_views import DerivedView
from positions.api.lookups import Issues, Parties
from positions.api.parameters import choice
from positions.api.serializers.derived import AgreementSerializer
from positions.api.vocabularies import AgreementUnit
from positions.queries.agreement import agreement_for


class AgreementView(DerivedView):
    """How often parties take the same stance in one source or on one day, issue by issue, whole."""

    serializer_class = AgreementSerializer
    method_section = "agreement"
    parameters = (
        Parties(description="Slugs of parties. One: the pairs that hold it. Several: the pairs among them."),
        Issues(description="Slugs of the issues compared."),
        choice("unit", AgreementUnit, SOURCE, "Within what two parties are compared, issue by issue."),
    )

    def get(self, request: Request) -> Response:
        asked = self.question
        found = agreement_for(
            self.reader,
            self.negotiation,
            self.moment,
            asked["unit"] or SOURCE,
            parties=asked["party"],
            issues=asked["issue"],
        )
        return self.answer_whole(found)
