"""Watches: set, changed, looked after, and told of by mail."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext

from positions.enums import Role, WatchDelivery, WatchKind
from positions.exceptions import Invalid, NotVisible
from positions.models import EventPlace, FeedToken, Issue, Negotiation, Notice, Party, Watch
from positions.queries.access import Reader, issues_for, parties_for, reader_of, require_visible
from positions.queries.evidence import Moment
from positions.queries.watches import Told, find_occurrences, told_to, watches_of
from positions.services.access import require_role
from positions.services.events import record_event, snapshot
from positions.services.fields import field_errors

log = logging.getLogger(__name__)

MOST_WATCHES = 100
# What commits late is recorded a little earlier than it can be seen: each look reaches back so far, and nothing is
# told twice.
OVERLAP = timedelta(hours=1)
# When the digests of a day, and on Mondays those of a week, are due.
DIGEST_AT = time(6, 0, tzinfo=UTC)
MONDAY = 0
MAILED_AT_ONCE = 200
# How long a mail may be under way before another try.
CLAIM = timedelta(minutes=5)
FEED_TOKEN_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class WatchFacts:
    """What is to be watched for, and how its finds are told."""

    kind: str
    party: Party | None = None
    issue: Issue | None = None
    name: str = ""
    delivery: str = WatchDelivery.DAILY


@dataclass(frozen=True)
class Mail:
    """A mail as it is written: its subject holds nothing that is not for everybody's eyes."""

    subject: str
    text: str
    html: str


# Writes the mail for notices that may be told to a reader, in a language; null where nothing is left to tell.
Compose = Callable[[Reader, Sequence[Told], str], Mail]


@transaction.atomic
def set_watch(reader: Reader, negotiation: Negotiation, facts: WatchFacts) -> Watch:
    """Watch a negotiation from now on. Raises :class:`Invalid`, :class:`NotVisible` and :class:`NotPermitted`."""
    user = _user(reader)
    require_visible(reader, negotiation)
    if Watch.objects.filter(user=user).count() >= MOST_WATCHES:
        raise Invalid(gettext("You have {count} watches already; delete one first.").format(count=MOST_WATCHES))
    now = timezone.now()
    watch = Watch(
        user=user,
        negotiation=negotiation,
        language=get_language() or settings.LANGUAGE_CODE,
        created_at=now,
        checked_at=now,
        place=_newest_place(negotiation),
    )
    _apply(reader, watch, facts)
    watch.save(force_insert=True)
    record_event(actor=user, action="watch_set", subject=watch, negotiation=None, after=snapshot(watch))
    return watch


@transaction.atomic
def change_watch(reader: Reader, watch: Watch, facts: WatchFacts) -> Watch:
    """Change one's own watch; what it is about counts from now on."""
    watch = _own(reader, watch)
    before = snapshot(watch)
    if (watch.kind, watch.party_id, watch.issue_id) != (
        facts.kind,
        facts.party.pk if facts.party else None,
        facts.issue.pk if facts.issue else None,
    ):
        watch.created_at = watch.checked_at = timezone.now()
    _apply(reader, watch, facts)
    watch.save()
    record_event(
        actor=reader.user, action="watch_changed", subject=watch, negotiation=None, before=before, after=snapshot(watch)
    )
    return watch


@transaction.atomic
def delete_watch(reader: Reader, watch: Watch) -> None:
    """Stop watching; what was found goes too."""
    watch = _own(reader, watch)
    record_event(actor=reader.user, action="watch_deleted", subject=watch, negotiation=None, before=snapshot(watch))
    watch.delete()


def _user(reader: Reader) -> User:
    if reader.user is None:
        raise NotVisible(gettext("Sign in to watch."))
    return reader.user


def _own(reader: Reader, watch: Watch) -> Watch:
    found = watches_of(reader).select_for_update(of=("self",)).filter(pk=watch.pk).first()
    if found is None:
        raise NotVisible(gettext("No such watch."))
    return found


def _apply(reader: Reader, watch: Watch, facts: WatchFacts) -> None:
    watch.kind, watch.name, watch.delivery = facts.kind, facts.name.strip(), facts.delivery
    watch.party, watch.issue = facts.party, facts.issue
    errors = field_errors(watch)
    if (
        facts.issue is not None
        and not issues_for(reader).filter(pk=facts.issue.pk, negotiation=watch.negotiation).exists()
    ):
        errors["issue"] = [gettext("is no issue of this negotiation")]
    if facts.party is not None and not parties_for(reader).filter(pk=facts.party.pk).exists():
        errors["party"] = [gettext("there is no such party")]
    if errors:
        raise Invalid(errors)
    if facts.kind == WatchKind.REVIEW:
        require_role(reader, watch.negotiation, Role.REVIEWER)


def mark_read(reader: Reader, notices: QuerySet[Notice]) -> int:
    """Mark one's own notices as read; how many were not yet."""
    return notices.filter(watch__user=_user(reader), read_at=None).update(read_at=timezone.now())


# ---------------------------------------------------------------- looking after the watches


def check_watches(*, now: datetime | None = None) -> int:
    """Look for what the watches are about, where the log has grown; how many notices were added."""
    now = now or timezone.now()
    added = 0
    newest = dict(
        EventPlace.objects.filter(place__isnull=False, event__negotiation__in=Watch.objects.values("negotiation"))
        .order_by()
        .values_list("event__negotiation")
        .annotate(newest=Max("place"))
    )
    for watch_id, negotiation_id, place in Watch.objects.filter(user__is_active=True).values_list(
        "pk", "negotiation_id", "place"
    ):
        if newest.get(negotiation_id, 0) > place:
            added += _check(watch_id, newest[negotiation_id], now)
    return added


@transaction.atomic
def _check(watch_id: UUID, place: int, now: datetime) -> int:
    """One watch, in a transaction of its own; two workers that look at once find the same and tell it once."""
    watch = (
        Watch.objects.select_for_update(of=("self",))
        .select_related("user", "negotiation", "party", "issue")
        .filter(pk=watch_id)
        .first()
    )
    if watch is None or watch.place >= place:
        return 0
    since = max(watch.created_at, watch.checked_at - OVERLAP)
    moment = Moment(now.date(), now)
    found = find_occurrences(reader_of(watch.user), watch, since, moment)
    known = set(Notice.objects.filter(watch=watch, key__in=[each.key for each in found]).values_list("key", flat=True))
    notices = {
        each.key: Notice(watch=watch, key=each.key, found_at=now, on=each.on, facts=each.facts)
        for each in found
        if each.key not in known
    }
    Notice.objects.bulk_create(notices.values())
    watch.checked_at, watch.place = now, place
    watch.save(update_fields=["checked_at", "place"])
    return len(notices)


def _newest_place(negotiation: Negotiation) -> int:
    places = EventPlace.objects.filter(event__negotiation=negotiation, place__isnull=False)
    return places.aggregate(newest=Max("place"))["newest"] or 0


# ---------------------------------------------------------------- mails


def send_due_mails(compose: Compose, *, now: datetime | None = None) -> int:
    """Mail what is due, one mail a person and kind of delivery; how many were sent.

    A mail that cannot be sent is tried again after a while; so is one during which the process died, which
    may then come twice, under one ``Message-ID``.
    """
    now = now or timezone.now()
    sent = 0
    for delivery in (WatchDelivery.AT_ONCE, WatchDelivery.DAILY, WatchDelivery.WEEKLY):
        due = Notice.objects.filter(mailed_at=None, watch__delivery=delivery, found_at__lt=due_before(delivery, now))
        due = due.filter(watch__user__is_active=True).exclude(watch__user__email="")
        users = due.order_by().values_list("watch__user", flat=True).distinct()
        for user in User.objects.filter(pk__in=users):
            try:
                sent += _mail(user, due, compose, now)
            except OSError as error:
                log.warning("a mail to %s waits: %s", user.get_username(), type(error).__name__)
    return sent


def due_before(delivery: str, now: datetime) -> datetime:
    """Notices found before this instant are to be mailed: now, this morning or Monday morning, in UTC."""
    if delivery == WatchDelivery.AT_ONCE:
        return now + timedelta(microseconds=1)
    morning = datetime.combine(now.astimezone(UTC).date(), DIGEST_AT)
    if morning > now:
        morning -= timedelta(days=1)
    if delivery == WatchDelivery.WEEKLY:
        morning -= timedelta(days=(morning.weekday() - MONDAY) % 7)
    return morning


def _mail(user: User, due: QuerySet[Notice], compose: Compose, now: datetime) -> int:
    """Claim, send, and only then note it: the database waits for no mail server, and a crash loses no mail."""
    notices = _claim(due.filter(watch__user=user), now)
    if not notices:
        return 0
    reader = reader_of(user)
    told = _still_open(reader, notices)
    if told:
        mail = compose(reader, told, notices[0].watch.language)
        digest = hashlib.sha256("".join(sorted(str(notice.pk) for notice in notices)).encode()).hexdigest()[:32]
        headers = {"Message-ID": f"<{digest}@rapporteur>", "Auto-Submitted": "auto-generated"}
        message = EmailMultiAlternatives(mail.subject, mail.text, to=[user.email], headers=headers)
        message.attach_alternative(mail.html, "text/html")
        message.send()
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=now)
    return 1 if told else 0


@transaction.atomic
def _claim(due: QuerySet[Notice], now: datetime) -> list[Notice]:
    """The notices of one mail, which nobody else mails meanwhile."""
    lock = {"skip_locked": True} if connection.features.has_select_for_update_skip_locked else {}
    rows = due.filter(Q(claimed_until=None) | Q(claimed_until__lte=now)).order_by("found_at", "pk")
    rows = rows.select_for_update(of=("self",), **lock)
    notices = list(rows.select_related("watch__negotiation", "watch__party", "watch__issue")[:MAILED_AT_ONCE])
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(claimed_until=now + CLAIM)
    return notices


def _still_open(reader: Reader, notices: Iterable[Notice]) -> list[Told]:
    open_now = {watch.pk for watch in watches_of(reader)}
    return told_to(reader, [notice for notice in notices if notice.watch_id in open_now])


# ---------------------------------------------------------------- the feed's own token


@transaction.atomic
def make_feed_token(reader: Reader) -> str:
    """A new token for one's own feed, shown this once; the one before opens nothing any more."""
    user = _user(reader)
    token = secrets.token_urlsafe(FEED_TOKEN_BYTES)
    FeedToken.objects.update_or_create(user=user, defaults={"digest": _digest(token), "created_at": timezone.now()})
    record_event(actor=user, action="feed_token_made", subject=user, negotiation=None)
    return token


@transaction.atomic
def revoke_feed_token(reader: Reader) -> None:
    """Close one's own feed."""
    user = _user(reader)
    if FeedToken.objects.filter(user=user).delete()[0]:
        record_event(actor=user, action="feed_token_revoked", subject=user, negotiation=None)


def owner_of_feed(token: str) -> Reader:
    """Whose feed a token opens, with the rights they hold now. Raises :class:`NotVisible`."""
    found = FeedToken.objects.select_related("user").filter(digest=_digest(token), user__is_active=True).first()
    if found is None:
        raise NotVisible(gettext("No such feed."))
    return reader_of(found.user)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
