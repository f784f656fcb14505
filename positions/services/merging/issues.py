"""Merging two issues of one negotiation: the stances stay as coded, so the proposals must mean the same."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, ngettext

from positions.enums import ChangeKind, CodingStatus, Role
from positions.exceptions import Invalid
from positions.models import ChangeSet, Coding, Issue
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.fields import require_reason
from positions.services.housekeeping.rows import change_row
from positions.services.merging.plan import (
    MergePreview,
    Renaming,
    close_merge,
    in_force,
    refuse_conflicts,
    refuse_misfits,
    rename_records,
    second_readings,
)

DIFFERS = {
    "proposal": gettext_lazy("They differ in their proposal: “%(one)s” and “%(other)s”."),
    "pole_for": gettext_lazy("They differ in their pole for: “%(one)s” and “%(other)s”."),
    "pole_against": gettext_lazy("They differ in their pole against: “%(one)s” and “%(other)s”."),
}


def preview_merging_issues(reader: Reader, duplicate: Issue, kept: Issue) -> MergePreview:
    """What merging ``duplicate`` into ``kept`` would do; ``must_confirm`` is what has to be typed, if anything."""
    require_role(reader, duplicate.negotiation, Role.LEAD)
    if duplicate.negotiation_id != kept.negotiation_id:
        raise Invalid({"into": gettext("is no issue of this negotiation")})
    refuse_misfits(duplicate, kept)
    codings = _codings(duplicate)
    published = codings.filter(status=CodingStatus.PUBLISHED).count()
    notes: list[str] = []
    if published:
        counted = ngettext(
            "%(number)s published coding would count for “%(kept)s” with the stance as coded: the two "
            "proposals must mean the same, with the poles the same way round.",
            "%(number)s published codings would count for “%(kept)s” with the stance as coded: the two "
            "proposals must mean the same, with the poles the same way round.",
            published,
        )
        notes.append(counted % {"number": f"{published:,}", "kept": kept})
    notes += [
        str(DIFFERS[name]) % {"one": getattr(duplicate, name), "other": getattr(kept, name)}
        for name in DIFFERS
        if _words(getattr(duplicate, name)) != _words(getattr(kept, name))
    ]
    return MergePreview(
        title=gettext("Merge “%(duplicate)s” into “%(kept)s”") % {"duplicate": duplicate, "kept": kept},
        counts=[("codings", codings.count()), ("issues under it", duplicate.children.count())],
        conflicts=_conflicts(duplicate, kept),
        notes=notes,
        must_confirm=kept.slug if published else "",
    )


def _words(text: str) -> str:
    return " ".join(text.split()).casefold()


def _codings(issue: Issue) -> QuerySet[Coding]:
    return Coding.objects.filter(in_force(), issue=issue)


def _conflicts(duplicate: Issue, kept: Issue) -> list[str]:
    both = Coding.objects.filter(in_force(), issue__in=(duplicate, kept))
    return second_readings(
        both.filter(statement__in=both.filter(issue=duplicate).values("statement"))
        .select_related("statement")
        .order_by("pk"),
        lambda coding: (coding.statement_id, coding.party_id),
    )


@transaction.atomic
def merge_issues(reader: Reader, duplicate: Issue, kept: Issue, reason: str, *, confirmation: str = "") -> ChangeSet:
    """Let every coding in force of ``duplicate`` be one of ``kept``, its stance as coded.

    ``confirmation`` is the slug of ``kept``, typed, where codings are published. Raises
    :class:`Conflict` with what must be resolved first, :class:`Invalid` without the confirmation.
    """
    require_role(reader, duplicate.negotiation, Role.LEAD)
    require_reason(reason)
    rows = Issue.objects.select_for_update(of=("self",)).select_related("negotiation", "parent", "merged_into")
    locked = {row.pk: row for row in rows.filter(pk__in=(duplicate.pk, kept.pk))}
    duplicate, kept = locked[duplicate.pk], locked[kept.pk]
    preview = preview_merging_issues(reader, duplicate, kept)
    refuse_conflicts(preview)
    if preview.must_confirm and confirmation.strip() != preview.must_confirm:
        raise Invalid(
            {
                "confirmation": gettext("type %(slug)s to confirm that the two proposals mean the same")
                % {"slug": preview.must_confirm}
            }
        )
    renaming = Renaming(reason)
    rename_records(
        renaming,
        (),
        _codings(duplicate).values_list("pk", flat=True),
        lambda statement: {},
        lambda statement: (),
        lambda coding: {"issue": kept},
    )
    if kept.parent_id == duplicate.pk:
        renaming.steps.append(change_row(kept, parent_id=duplicate.parent_id))
    for child in duplicate.children.exclude(pk=kept.pk).order_by("pk"):
        renaming.steps.append(change_row(child, parent_id=kept.pk))
    words = list(dict.fromkeys([*kept.keywords, duplicate.title, *duplicate.keywords]))
    renaming.steps.append(change_row(kept, keywords=words))
    return close_merge(
        reader, ChangeKind.MERGE_ISSUES, duplicate, kept, renaming, duplicate.negotiation, "issue_merged"
    )
