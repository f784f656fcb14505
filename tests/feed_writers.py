"""Eight people who write at the same time, for the tests of the feed: run in a process of its own."""

from __future__ import annotations

import threading
from datetime import date
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from positions.enums import ConditionKind, Move, ReviewPolicy, Role, Visibility
from positions.models import Coding, Condition, Negotiation, Party, Statement
from positions.queries.access import SYSTEM
from positions.services.coding import CodingFacts, code_statement, correct_coding, facts_of, submit_coding
from positions.services.conditions import ConditionFacts, set_condition_status
from positions.services.negotiations import (
    IssueFacts,
    NegotiationFacts,
    RoundFacts,
    create_negotiation,
    save_issue,
    save_round,
    set_member_role,
    update_negotiation,
)
from positions.services.parties import PartyFacts, save_party
from positions.services.sources import SourceFacts, register_source
from positions.services.statements import StatementFacts, correct_statement, record_statement, withdraw_statement
from positions.services.statements import facts_of as statement_facts_of

WRITERS = 8
TEXT = "We will sign. We will not sign. We may sign if they do. " * 40


def open_talks(slug: str, reader: str) -> None:
    """A restricted negotiation with issues, a source and parties, which ``reader`` leads."""
    facts = NegotiationFacts(slug=slug, title=slug, visibility=Visibility.RESTRICTED, review_policy=ReviewPolicy.NONE)
    negotiation = create_negotiation(SYSTEM, facts)
    set_member_role(SYSTEM, negotiation, User.objects.get(username=reader), Role.LEAD)
    for number in range(3):
        save_issue(
            SYSTEM, negotiation, IssueFacts(slug=f"issue-{number}", title=f"Issue {number}", proposal="It is signed")
        )
        save_party(SYSTEM, PartyFacts(slug=f"{slug}-party-{number}", name=f"Party {number} of {slug}", kind="state"))
    register_source(SYSTEM, negotiation, SourceFacts(title="Minutes", published_on="2022-01-10"), text=TEXT)


def write(slug: str, times: int) -> list[str]:
    """Let the writers write ``times`` times each; what went wrong, which is nothing."""
    faults: list[str] = []

    def run(number: int) -> None:
        chance = Random(f"{slug}:{number}")
        try:
            for step in range(times):
                _write_once(Negotiation.objects.get(slug=slug), chance, f"{number}:{step}")
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def _write_once(negotiation: Negotiation, chance: Random, name: str) -> None:
    source = negotiation.sources.get()
    parties = list(Party.objects.filter(slug__startswith=f"{negotiation.slug}-party-").order_by("slug"))
    issues = list(negotiation.issues.order_by("slug"))
    begin = chance.randrange(len(TEXT) - 60)
    with transaction.atomic():
        # one transaction with several events, which takes a while
        statement = record_statement(
            SYSTEM, source,
            StatementFacts(
                asserted_by=chance.choice(parties), stated_on=f"2022-01-{chance.randint(1, 9):02}", start=begin,
                end=begin + 10 + chance.randrange(40),
            ),
        )  # fmt: skip
        stance = chance.choice([-1, 0, 1])
        conditions = (ConditionFacts(text=f"if {name}", kind=ConditionKind.RECIPROCITY),) if stance > 0 else ()
        coding = code_statement(
            SYSTEM, statement,
            CodingFacts(
                party=statement.asserted_by, issue=chance.choice(issues), stance=stance, move=Move.OFFER,
                conditions=conditions,
            ),
        )  # fmt: skip
        submit_coding(SYSTEM, coding)
    with transaction.atomic():
        # a record that everybody changes: the lock puts the changes in order
        shared = Negotiation.objects.select_for_update(no_key=True).get(pk=negotiation.pk)
        facts: dict[str, Any] = {each: getattr(shared, each) for each in NegotiationFacts.__dataclass_fields__}
        update_negotiation(SYSTEM, shared, NegotiationFacts(**{**facts, "summary": name}))
    match chance.randrange(5):
        case 0:
            coding.refresh_from_db()
            correct_coding(SYSTEM, coding, facts_of(coding, stance=-stance, conditions=()), "misread")
        case 1:
            moved = statement_facts_of(Statement.objects.get(pk=statement.pk), stated_on="2022-01-10")
            correct_statement(SYSTEM, statement, moved, "misdated")
        case 2:
            withdraw_statement(SYSTEM, statement, "not said")
        case 3:
            for condition in Condition.objects.filter(coding=Coding.objects.get(pk=coding.pk)):
                set_condition_status(SYSTEM, condition, "met", date(2022, 1, 10), reason="it was")
        case _:
            number = int(name.replace(":", "")) + 100
            facts_of_round = RoundFacts(number=number, title=name, status="held", starts_on=date(2022, 1, 9))
            save_round(SYSTEM, negotiation, facts_of_round)
