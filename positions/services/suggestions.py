"""What people answer to suggestions. Accepting one is tagging and coding like any other; only refusals are kept."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from positions.analysis.anchors import anchor_span
from positions.enums import Role
from positions.exceptions import Invalid
from positions.models import Issue, Party, SourceText, SuggestionRefusal
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.coding import coder_name
from positions.services.events import record_event, snapshot


@transaction.atomic
def refuse_suggestion(
    reader: Reader, text: SourceText, start: int, end: int, party: Party | None, issue: Issue | None
) -> SuggestionRefusal:
    """Not to be offered this reading of this passage again; refusing it twice is refusing it once.

    Raises :class:`Invalid` for a span outside the text or an issue of another negotiation.
    """
    text = SourceText.objects.select_for_update(of=("self",)).select_related("source__negotiation").get(pk=text.pk)
    negotiation = text.source.negotiation
    require_role(reader, negotiation, Role.ANALYST)
    anchor_span(text.text, start, end)
    if issue is not None and issue.negotiation_id != negotiation.pk:
        raise Invalid({"issue": gettext("belongs to another negotiation")})
    refused = SuggestionRefusal.objects.filter(
        text=text, start=start, end=end, party=party, issue=issue, refused_by=reader.user
    ).first()
    if refused is not None:
        return refused
    refusal = SuggestionRefusal.objects.create(
        text=text,
        start=start,
        end=end,
        party=party,
        issue=issue,
        refused_by=reader.user,
        refused_by_name=coder_name(reader),
        refused_at=timezone.now(),
    )
    record_event(
        actor=reader.user,
        action="suggestion_refused",
        subject=refusal,
        negotiation=negotiation,
        after=snapshot(refusal),
    )
    return refusal
