"""What a bundle says of the issues: their words, and the codebook they are coded by."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from positions.enums import CodingStatus
from positions.formats.bundle import ENTRY_TEXTS, BundleCodebook, BundleIssue, anchors_in_order
from positions.models import CodebookEntry, CodebookVersion, Coding, Issue
from positions.services.bundle_import.plan import Plan, closes_circle, free_ids
from positions.services.fields import field_errors
from positions.services.negotiations import FROZEN_ONCE_CODED

Words = dict[str, Any]


def plan_issues(plan: Plan) -> None:
    """Issues by slug, in the order of the file; proposals and poles of a coded issue are frozen."""
    existing = {issue.slug: issue for issue in plan.negotiation.issues.all()} if not plan.is_new else {}
    coded = (
        set()
        if plan.is_new
        else set(
            Coding.objects.filter(negotiation=plan.negotiation, status=CodingStatus.PUBLISHED)
            .values_list("issue_id", flat=True)
            .distinct()
        )
    )
    free = free_ids(Issue, (entry.id for entry in plan.bundle.issues))
    plan.issues = dict(existing)
    for entry in plan.bundle.issues:
        issue = existing.get(entry.slug)
        if issue is None:
            issue = Issue(negotiation=plan.negotiation, slug=entry.slug, rank=len(plan.issues))
            if entry.id in free and entry.id is not None:
                issue.id = entry.id
            plan.require_lead(entry.path, "adds an issue")
            plan.add(issue)
            plan.issues[entry.slug] = issue
        elif changed := _changed_fields(entry, issue):
            frozen = [name for name in changed if name in FROZEN_ONCE_CODED and issue.pk in coded]
            for name in frozen:
                plan.refuse(
                    f"{entry.path}.{name}",
                    "is frozen: codings of this issue are published; add a new issue for what +2 is to mean now",
                )
            if not frozen:
                plan.require_lead(entry.path, "changes an issue")
            plan.change(issue, changed)
        for name in ISSUE_FIELDS:
            if name in entry.given or issue._state.adding:
                setattr(issue, name, getattr(entry, name))
        plan.check(entry.path, field_errors(issue))
    for entry in plan.bundle.issues:
        _plan_parent(plan, entry)
    _refuse_circles(plan)
    _plan_merged_issues(plan)


ISSUE_FIELDS = ("title", "proposal", "pole_for", "pole_against", "reference_point", "keywords")


def _changed_fields(entry: BundleIssue, issue: Issue) -> list[str]:
    """What the file gives and has otherwise; what it leaves out stays as it is."""
    return [name for name in ISSUE_FIELDS if name in entry.given and getattr(entry, name) != getattr(issue, name)]


def _plan_parent(plan: Plan, entry: BundleIssue) -> None:
    issue = plan.issues[entry.slug]
    if "parent" not in entry.given and not issue._state.adding:
        return
    parent = plan.issues.get(entry.parent) if entry.parent else None
    if entry.parent and parent is None:
        plan.refuse(f"{entry.path}.parent", f"no issue has the slug “{entry.parent[:60]}”")
    before = issue.parent_id
    issue.parent = parent
    if before != issue.parent_id and not issue._state.adding:
        plan.require_lead(entry.path, "changes an issue")
        plan.change(issue, ("parent",))


def _refuse_circles(plan: Plan) -> None:
    parents = {issue.pk: issue.parent_id for issue in plan.issues.values()}
    for entry in plan.bundle.issues:
        if closes_circle(plan.issues[entry.slug].pk, parents):
            plan.refuse(f"{entry.path}.parent", "makes a circle of parents")


def _plan_merged_issues(plan: Plan) -> None:
    for entry in plan.bundle.issues:
        issue = plan.issues[entry.slug]
        if "merged_into" not in entry.given:
            continue
        target = plan.issues.get(entry.merged_into) if entry.merged_into else None
        if entry.merged_into and target is None:
            plan.refuse(f"{entry.path}.merged_into", f"no issue has the slug “{entry.merged_into[:60]}”")
        before, issue.merged_into = issue.merged_into_id, target
        if before != issue.merged_into_id and not issue._state.adding:
            plan.require_lead(entry.path, "changes an issue")
            plan.change(issue, ("merged_into",))
    merges = {issue.pk: issue.merged_into_id for issue in plan.issues.values()}
    for entry in plan.bundle.issues:
        if closes_circle(plan.issues[entry.slug].pk, merges):
            plan.refuse(f"{entry.path}.merged_into", "makes a circle of merges")


def plan_codebooks(plan: Plan) -> None:
    """Versions of the codebook by number; the first, still empty, is made when there is none."""
    written: dict[UUID, dict[str, Words]] = {}
    if not plan.is_new:
        plan.codebooks = {version.version: version for version in plan.negotiation.codebook_versions.all()}
        for known in CodebookEntry.objects.filter(version__negotiation=plan.negotiation).select_related("issue"):
            words: Words = {name: getattr(known, name) for name in ENTRY_TEXTS}
            words["anchors"] = anchors_in_order(known.anchors)
            written.setdefault(known.version_id, {})[known.issue.slug] = words
    for entry in plan.bundle.codebook:
        existing = plan.codebooks.get(entry.version)
        if existing is not None:
            if existing.text != entry.text:
                plan.refuse(
                    f"{entry.path}.text",
                    f"version {entry.version} of the codebook is recorded with another text; add a new version",
                )
            given = {e.issue: {**e.texts, "anchors": e.anchors} for e in entry.entries or ()}
            if entry.entries is not None and given != written.get(existing.pk, {}):
                plan.refuse(
                    f"{entry.path}.entries",
                    f"version {entry.version} of the codebook is recorded with other entries; add a new version",
                )
            continue
        plan.require_lead(entry.path, "adds a version of the codebook")
        recorded_at = entry.recorded_at if plan.keeps_history and entry.recorded_at else plan.now
        version = CodebookVersion(
            negotiation=plan.negotiation, version=entry.version, text=entry.text, recorded_at=recorded_at
        )
        plan.codebooks[entry.version] = version
        plan.add(version)
        _plan_codebook_entries(plan, entry, version)
    if not plan.codebooks:
        plan.codebooks[1] = CodebookVersion(negotiation=plan.negotiation, version=1, recorded_at=plan.now)
        plan.add(plan.codebooks[1])


def _plan_codebook_entries(plan: Plan, entry: BundleCodebook, version: CodebookVersion) -> None:
    for words in entry.entries or ():
        issue = plan.issues.get(words.issue)
        if issue is None:
            plan.refuse(f"{words.path}.issue", f"no issue has the slug “{words.issue[:60]}”; add it to “issues”")
            continue
        plan.add(CodebookEntry(version=version, issue=issue, anchors=words.anchors, **words.texts))
