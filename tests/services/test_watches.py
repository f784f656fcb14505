"""Watches: what they find and when, who is told and how, and that nothing is told twice or to the wrong people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from positions.enums import Attribution, CodingStatus, ConditionStatus, Role, Tlp, Visibility, WatchDelivery, WatchKind
from positions.exceptions import Invalid, NotPermitted, NotVisible
from positions.models import Coding, Event, Issue, Negotiation, Notice, Party, Watch
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.watches import notices_of, told_to
from positions.services import coding as codings
from positions.services import watches
from positions.services.conditions import set_condition_status
from positions.services.watches import WatchFacts, check_watches, due_before, send_due_mails, set_watch
from positions.web.notices import compose_mail, tell_notices
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_source,
    make_statement,
    make_user,
)

# what the log is read by is written at the commit
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talks() -> Negotiation:
    negotiation = make_negotiation("talks", visibility=Visibility.RESTRICTED)
    negotiation.parties.add(make_party("north"), make_party("south"))
    make_issue(negotiation, "border", title="The border")
    make_issue(negotiation, "trade", title="Trade")
    return negotiation


@pytest.fixture
def anna(talks: Negotiation) -> User:
    return add_member(talks, make_user("anna", email="anna@example.org"), Role.VIEWER)


def party(slug: str = "north") -> Party:
    return Party.objects.get(slug=slug)


def issue(slug: str = "border") -> Issue:
    return Issue.objects.get(slug=slug)


def say(talks: Negotiation, stance: int, on: str, *, by: str = "north", about: str = "border", **fields: Any) -> Coding:
    """A published reading of a day, by the services, so that the log has it."""
    coded: dict[str, Any] = {name: fields.pop(name) for name in ("red_line", "conditions") if name in fields}
    said = make_statement(source=make_source(talks, published_on=on), asserted_by=party(by), stated_on=on, **fields)
    waiting: dict[str, Any] = {"status": CodingStatus.SUBMITTED, "recorded_at": None, **coded}
    return codings.publish_coding(SYSTEM, make_coding(said, issue=issue(about), stance=stance, **waiting))


def watch(user: User, talks: Negotiation, kind: WatchKind = WatchKind.MOVE, **facts: Any) -> Watch:
    return set_watch(reader_of(user), talks, WatchFacts(kind=kind, **facts))


def html_of(message: mail.EmailMessage) -> str:
    assert isinstance(message, mail.EmailMultiAlternatives)
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return str(html)


def sentences(user: User) -> list[str]:
    reader = reader_of(user)
    return sorted(line.sentence for line in tell_notices(reader, told_to(reader, notices_of(reader))))


def test_move_is_told_once_and_what_was_known_before_is_not(talks: Negotiation, anna: User) -> None:
    say(talks, 2, "2022-01-01")
    say(talks, 1, "2022-01-02")
    watch(anna, talks, party=party(), issue=issue())
    assert check_watches() == 0
    say(talks, -1, "2022-01-03")
    say(talks, -1, "2022-01-03", by="south")
    say(talks, 2, "2022-01-03", about="trade")
    assert (check_watches(), check_watches()) == (1, 0)
    assert sentences(anna) == ["North on The border: changed sides, from +1 (qualified for) to −1 (qualified against)."]
    say(talks, -1, "2022-01-04")
    assert check_watches() == 0


def test_every_kind_finds_its_own(talks: Negotiation, anna: User) -> None:
    Notice.objects.all().delete()
    conditional = say(talks, 2, "2022-01-01", conditions=["troops leave"], red_line=True)
    reviewer = add_member(talks, make_user("rita"), Role.REVIEWER)
    for kind in (WatchKind.MOVE, WatchKind.RED_LINE, WatchKind.CONDITION, WatchKind.STATEMENT):
        watch(anna, talks, kind)
    watch(reviewer, talks, WatchKind.REVIEW)
    set_condition_status(SYSTEM, conditional.conditions.get(), ConditionStatus.MET, on=date(2022, 1, 2),
                         reason="They left.")  # fmt: skip
    say(talks, 1, "2022-01-03")
    waiting = make_statement(source=make_source(talks, title="A communiqué"), asserted_by=party("south"))
    draft = make_coding(waiting, issue=issue(), stance=0, status=CodingStatus.DRAFT, recorded_at=None, coder="rob")
    codings.submit_coding(SYSTEM, draft)
    assert check_watches() == 5
    assert sentences(anna) == [
        "A condition of North on The border was met.",
        "A statement was published: North on The border.",
        "North on The border: moved from +2 (categorical for) to +1 (qualified for).",
        "North softened its red line on The border.",
    ]
    assert sentences(reviewer) == ["“A communiqué” waits for review: 1 coding."]


def test_what_is_recorded_late_is_still_found(talks: Negotiation, anna: User) -> None:
    say(talks, 2, "2022-01-01")
    kept = watch(anna, talks)
    Watch.objects.filter(pk=kept.pk).update(created_at=timezone.now() - timedelta(days=2))
    recorded_at = say(talks, 1, "2022-01-02").recorded_at
    assert recorded_at is not None
    # its instant lies before a look that could not see it yet
    Watch.objects.filter(pk=kept.pk).update(checked_at=recorded_at + timedelta(seconds=30))
    assert check_watches(now=recorded_at + timedelta(minutes=1)) == 1


def test_nothing_is_told_of_what_its_owner_may_not_see(talks: Negotiation, anna: User) -> None:
    say(talks, 2, "2022-01-01")
    watch(anna, talks)
    watch(anna, talks, WatchKind.STATEMENT)
    say(talks, -2, "2022-01-02", attribution=Attribution.CHATHAM_HOUSE)
    assert check_watches() == 0
    say(talks, 1, "2022-01-03")
    assert check_watches() == 2
    talks.members.filter(user=anna).delete()
    assert sentences(anna) == []
    assert send_due_mails(compose_mail, now=timezone.now() + timedelta(days=2)) == 0
    assert mail.outbox == []


def test_who_gains_sight_is_not_flooded(talks: Negotiation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "OVERLAP", timedelta(0))
    ben = add_member(talks, make_user("ben"), Role.VIEWER)
    watch(ben, talks, WatchKind.STATEMENT)
    talks.members.filter(user=ben).delete()
    say(talks, 2, "2022-01-01")
    assert check_watches() == 0
    add_member(talks, ben, Role.VIEWER)
    say(talks, 2, "2022-01-02", about="trade")
    assert check_watches() == 1
    assert sentences(ben) == ["A statement was published: North on Trade."]


def test_mails_are_sent_when_they_are_due_and_say_nothing_in_their_subject(talks: Negotiation, anna: User) -> None:
    say(talks, 2, "2022-01-01")
    now = timezone.now()
    for delivery in WatchDelivery.values:
        watch(anna, talks, delivery=delivery, name=delivery)
    source = make_source(talks, tlp=Tlp.AMBER, published_on="2022-01-02")
    said = make_statement(source=source, asserted_by=party(), stated_on="2022-01-02")
    codings.publish_coding(
        SYSTEM, make_coding(said, issue=issue(), stance=1, status=CodingStatus.SUBMITTED, recorded_at=None)
    )
    assert check_watches() == 4
    assert send_due_mails(compose_mail) == 1
    [message] = mail.outbox
    assert (message.to, message.subject) == (["anna@example.org"], "Rapporteur: 1 notice [TLP:AMBER]")
    assert "North on The border: moved from +2" in message.body
    assert message.body.startswith("TLP:AMBER")
    html = html_of(message)
    assert "<h2><bdi>Talks</bdi></h2>" in html
    assert "http://localhost" in html
    assert send_due_mails(compose_mail) == 0
    send_due_mails(compose_mail, now=now + timedelta(days=8))
    assert len(mail.outbox) == 3
    assert Notice.objects.filter(mailed_at=None).count() == 1


@pytest.mark.parametrize(
    ("delivery", "now", "before"),
    [
        (WatchDelivery.DAILY, "2026-11-24T05:59:00", "2026-11-23T06:00:00"),
        (WatchDelivery.DAILY, "2026-11-24T06:00:00", "2026-11-24T06:00:00"),
        (WatchDelivery.WEEKLY, "2026-11-24T12:00:00", "2026-11-23T06:00:00"),
        (WatchDelivery.WEEKLY, "2026-11-23T05:59:00", "2026-11-16T06:00:00"),
    ],
)
def test_digests_are_due_in_the_morning(delivery: WatchDelivery, now: str, before: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert due_before(delivery, at) == datetime.fromisoformat(before).replace(tzinfo=UTC)


def test_mail_that_cannot_be_sent_is_tried_again(
    talks: Negotiation, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(talks, 2, "2022-01-01")
    watch(anna, talks, delivery=WatchDelivery.AT_ONCE)
    say(talks, 1, "2022-01-02")
    check_watches()

    def refuse(*arguments: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", refuse)
        assert send_due_mails(compose_mail) == 0
    assert send_due_mails(compose_mail) == 0
    assert send_due_mails(compose_mail, now=timezone.now() + watches.CLAIM) == 1
    assert len(mail.outbox) == 1


def test_hostile_words_are_only_words(talks: Negotiation, anna: User) -> None:
    Party.objects.filter(slug="north").update(name="<b>North</b> {issue} %(x)s \u202e")
    say(talks, 2, "2022-01-01")
    watch(anna, talks, delivery=WatchDelivery.AT_ONCE)
    say(talks, 1, "2022-01-02")
    check_watches()
    send_due_mails(compose_mail)
    html = html_of(mail.outbox[0])
    assert "&lt;b&gt;North&lt;/b&gt; {issue} %(x)s \u202e on The border" in html


def test_rights_and_refusals(talks: Negotiation, anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_negotiation("other")
    with pytest.raises(NotVisible):
        watch(make_user(), talks)
    with pytest.raises(NotVisible):
        set_watch(Reader(), other, WatchFacts(kind=WatchKind.MOVE))
    with pytest.raises(NotPermitted):
        watch(anna, talks, WatchKind.REVIEW)
    fish = make_issue(other, "fish")
    fine = WatchFacts(kind=WatchKind.MOVE)
    for wrong in (
        replace(fine, kind="sneeze"),
        replace(fine, delivery="pigeon"),
        replace(fine, issue=fish),
        replace(fine, name="n" * 121),
    ):
        with pytest.raises(Invalid):
            set_watch(reader_of(anna), talks, wrong)
    assert not Watch.objects.exists()
    monkeypatch.setattr(watches, "MOST_WATCHES", 1)
    mine = watch(anna, talks)
    with pytest.raises(Invalid, match="already"):
        watch(anna, talks)
    with pytest.raises(NotVisible):
        watches.delete_watch(reader_of(make_user()), mine)
    with pytest.raises(NotVisible):
        watches.change_watch(reader_of(make_user()), mine, WatchFacts(kind=WatchKind.MOVE))
    watches.delete_watch(reader_of(anna), mine)
    assert list(Event.objects.filter(subject_type="watch").order_by("id").values_list("action", flat=True)) == [
        "watch_set",
        "watch_deleted",
    ]
