"""Notices in words: one sentence each, with the quotation behind it, for the page, the mail and the feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override, pgettext

from positions.enums import ConditionStatus, Tlp
from positions.models import Issue, Negotiation, Party
from positions.queries.access import Reader
from positions.queries.watches import Told
from positions.services.watches import Mail
from positions.web.quotations import Quotation, quote_statement
from positions.web.words import name_stance, sign_position

UNKNOWN = ""


@dataclass(frozen=True)
class NoticeLine:
    """A notice for a reader: what happened, where it is to be read, and the passages that show it."""

    id: str
    negotiation: Negotiation
    watch: str
    on: date | None
    found_at: datetime
    is_read: bool
    sentence: str
    address: str
    quotations: tuple[Quotation, ...]
    marking: Tlp


def tell_notices(reader: Reader, told: Sequence[Told]) -> list[NoticeLine]:
    """The notices in the active language, in the order given; two queries for the names they use."""
    parties = {each.notice.facts.get("party", UNKNOWN) for each in told}
    issues = {each.notice.facts.get("issue", UNKNOWN) for each in told}
    negotiations = {each.notice.watch.negotiation_id for each in told}
    names = dict(Party.objects.filter(slug__in=parties).values_list("slug", "name"))
    titles = {
        (issue.negotiation_id, issue.slug): issue.title
        for issue in Issue.objects.filter(negotiation__in=negotiations, slug__in=issues)
    }
    return [_line(reader, each, names, titles) for each in told]


def _line(reader: Reader, told: Told, names: dict[str, str], titles: dict[tuple[UUID, str], str]) -> NoticeLine:
    notice, negotiation = told.notice, told.notice.watch.negotiation
    facts = notice.facts
    party = names.get(facts.get("party", UNKNOWN), facts.get("party", UNKNOWN))
    slug = facts.get("issue", UNKNOWN)
    issue = titles.get((negotiation.pk, slug), slug)
    marks = [statement.source.tlp for statement in told.statements] + ([told.source.tlp] if told.source else [])
    return NoticeLine(
        id=str(notice.pk),
        negotiation=negotiation,
        watch=str(notice.watch),
        on=notice.on,
        found_at=notice.found_at,
        is_read=notice.read_at is not None,
        sentence=_sentence(told, party, issue),
        address=_address(told, slug),
        quotations=tuple(quote_statement(statement, reader) for statement in told.statements),
        marking=Tlp.strictest(marks),
    )


def _sentence(told: Told, party: str, issue: str) -> str:
    facts = told.notice.facts
    match facts["kind"]:
        case "moved" | "reversed" | "mixed" | "resolved":
            return _tell_move(facts, party, issue)
        case "declared":
            return gettext("{party} declared a red line on {issue}.").format(party=party, issue=issue)
        case "softened":
            return gettext("{party} softened its red line on {issue}.").format(party=party, issue=issue)
        case "crossed":
            return gettext("{party} crossed its own red line on {issue}.").format(party=party, issue=issue)
        case ConditionStatus.MET:
            return gettext("A condition of {party} on {issue} was met.").format(party=party, issue=issue)
        case ConditionStatus.FAILED:
            return gettext("A condition of {party} on {issue} failed.").format(party=party, issue=issue)
        case ConditionStatus.WITHDRAWN:
            return gettext("A condition of {party} on {issue} was withdrawn.").format(party=party, issue=issue)
        case "published":
            return gettext("A statement was published: {party} on {issue}.").format(party=party, issue=issue)
    count = facts.get("count", 1)
    title = told.source.title if told.source else ""
    sentence = ngettext(
        "“{source}” waits for review: {count} coding.", "“{source}” waits for review: {count} codings.", count
    )
    return sentence.format(source=title, count=count)


def _tell_move(facts: dict[str, object], party: str, issue: str) -> str:
    """From where to where; a side that was mixed is told as a range."""
    stance, low, high = facts["after"], facts["low"], facts["high"]
    assert isinstance(low, int)
    assert isinstance(high, int)
    after = stance if isinstance(stance, int) else None
    before = facts["before"] if isinstance(facts["before"], int) else None
    now = f"{sign_position(after, low, high)} ({name_stance(after, 'mixed')})"
    if before is None:
        return gettext("{party} on {issue}: clear again, at {now}.").format(party=party, issue=issue, now=now)
    then = f"{sign_position(before, before, before)} ({name_stance(before)})"
    if facts["kind"] == "mixed":
        sentence = gettext("{party} on {issue}: mixed signals, {now}; {then} before.")
    elif facts["kind"] == "reversed":
        sentence = gettext("{party} on {issue}: changed sides, from {then} to {now}.")
    else:
        sentence = gettext("{party} on {issue}: moved from {then} to {now}.")
    return sentence.format(party=party, issue=issue, then=then, now=now)


def _address(told: Told, issue: str) -> str:
    """Where it is to be read: the source at the desk, the statement, or the issue's timeline."""
    negotiation, facts = told.notice.watch.negotiation, told.notice.facts
    if told.source is not None:
        return reverse("admin:positions_source_change", args=[told.source.pk])
    if facts["kind"] == "published":
        return reverse("statement", args=[told.statements[0].pk])
    if facts["kind"] in ConditionStatus.values:
        return reverse("conditions", args=[negotiation.slug])
    if facts["kind"] in ("declared", "softened", "crossed"):
        return reverse("red-lines", args=[negotiation.slug])
    return reverse("issue-timeline", args=[negotiation.slug, issue])


@dataclass(frozen=True)
class NoticeGroup:
    """The notices of one negotiation, as a mail has them."""

    negotiation: Negotiation
    lines: tuple[NoticeLine, ...]


def group_notices(lines: Iterable[NoticeLine]) -> list[NoticeGroup]:
    """By negotiation, in the order in which each is first named."""
    groups: dict[object, list[NoticeLine]] = {}
    for line in lines:
        groups.setdefault(line.negotiation.pk, []).append(line)
    return [NoticeGroup(found[0].negotiation, tuple(found)) for found in groups.values()]


def compose_mail(reader: Reader, told: Sequence[Told], language: str) -> Mail:
    """A mail in text and HTML. Its subject counts and names nothing: it is read over shoulders and kept by servers."""
    with override(language):
        lines = tell_notices(reader, told)
        marking = Tlp.strictest(line.marking for line in lines)
        count = len(lines)
        subject = ngettext("Rapporteur: {count} notice", "Rapporteur: {count} notices", count).format(count=count)
        if marking != Tlp.CLEAR:
            subject = pgettext("subject of a mail", "{subject} [{marking}]").format(
                subject=subject, marking=marking.label
            )
        context = {"groups": group_notices(lines), "marking": marking, "base": base_address(), "subject": subject}
        return Mail(
            subject,
            render_to_string("mail/notices.txt", context),
            render_to_string("mail/notices.html", context),
        )


def base_address() -> str:
    """Where the installation is reached, without a slash at the end; empty where nobody said."""
    address: str = settings.PUBLIC_ADDRESS
    return address.rstrip("/") if urlsplit(address).scheme else ""
