"""Dating several statements anew, and moving them to a round: corrections, all at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from positions.dates import bounds_of
from positions.enums import ChangeKind, CodingStatus, Role
from positions.exceptions import Invalid
from positions.models import ChangeSet, Coding, Round, Statement
from positions.models.names import name_role
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.events import record_event
from positions.services.fields import require_reason
from positions.services.housekeeping.changes import (
    Line,
    Preview,
    count_of,
    record_change_set,
    require_few,
    require_one_negotiation,
)
from positions.services.housekeeping.reissue import (
    Replacement,
    carried,
    instant_for,
    lock_statements,
    replace_codings,
    replace_statements,
    standing_codings,
    twin_statement,
)
from positions.services.statements import role_for_standing

RETIRED = gettext_lazy("was corrected or withdrawn meanwhile; open what replaced it")


def preview_redating(reader: Reader, statements: Sequence[Statement], stated_on: str) -> Preview:
    """What dating the statements ``stated_on`` (EDTF) would do. Raises :class:`Invalid` for a bad selection."""
    title = ngettext("Date %(number)s statement %(day)s", "Date %(number)s statements %(day)s", len(statements))
    said = {"number": f"{len(statements):,}", "day": stated_on}
    return _preview(reader, statements, title % said, _dated(stated_on))


def preview_moving(reader: Reader, statements: Sequence[Statement], held: Round | None) -> Preview:
    """What moving the statements to a round, or to none, would do. Raises :class:`Invalid` for a bad selection."""
    said = {"number": f"{len(statements):,}", "round": held}
    if held is None:
        title = ngettext(
            "Move %(number)s statement out of its round",
            "Move %(number)s statements out of their rounds",
            len(statements),
        )
    else:
        title = ngettext(
            "Move %(number)s statement to %(round)s", "Move %(number)s statements to %(round)s", len(statements)
        )
    return _preview(reader, statements, title % said, {"round": held})


def redate_statements(
    reader: Reader, statements: Sequence[Statement], stated_on: str, reason: str, *, leave_out_refused: bool = False
) -> ChangeSet:
    """Correct the day of several statements. Raises :class:`Invalid` with every record that is refused."""
    return _correct(
        reader, statements, reason, ChangeKind.REDATE, "statements_redated", leave_out_refused, _dated(stated_on)
    )


def move_statements(
    reader: Reader, statements: Sequence[Statement], held: Round | None, reason: str, *, leave_out_refused: bool = False
) -> ChangeSet:
    """Correct the round of several statements. Raises :class:`Invalid` with every record that is refused."""
    return _correct(
        reader,
        statements,
        reason,
        ChangeKind.MOVE_TO_ROUND,
        "statements_moved_to_round",
        leave_out_refused,
        {"round": held},
    )


def _dated(stated_on: str) -> dict[str, Any]:
    """The change to a day. Raises :class:`Invalid` for what is no day anywhere, so that it is said once."""
    try:
        bounds_of(stated_on)
    except Invalid as refusal:
        raise Invalid({"stated_on": refusal.errors["__all__"]}) from None
    return {"stated_on": stated_on}


def _preview(reader: Reader, statements: Sequence[Statement], title: str, changes: dict[str, Any]) -> Preview:
    require_few(statements)
    negotiation = require_one_negotiation(statements)
    require_role(reader, negotiation, Role.ANALYST)
    held = changes.get("round")
    if held is not None and held.negotiation_id != negotiation.pk:
        raise Invalid({"round": gettext("belongs to another negotiation")})
    ids = [statement.pk for statement in statements]
    published = set(
        Coding.objects.filter(statement__in=ids, status=CodingStatus.PUBLISHED).values_list("statement", flat=True)
    )
    lines = []
    for statement in statements:
        role = role_for_standing(negotiation.review_policy, statement.pk in published)
        refusal = (
            ""
            if reader.has_role(negotiation.pk, role)
            else gettext("takes the role of %(role)s: it is published") % {"role": name_role(role)}
        )
        lines.append(_line(statement, changes, refusal))
    standing = Coding.objects.filter(statement__in=ids, retired_at=None).exclude(status=CodingStatus.REJECTED).count()
    again = ngettext(
        "%(number)s coding on them would be issued again.",
        "%(number)s codings on them would be issued again.",
        standing,
    )
    notes = [again % {"number": f"{standing:,}"}] if standing else []
    return Preview(title, lines, notes)


def _line(statement: Statement, changes: dict[str, Any], refusal: str) -> Line:
    name = next(iter(changes))
    before, after = getattr(statement, name), changes[name]
    if statement.retired_at is not None:
        refusal = str(RETIRED)
    if not refusal and before != after:
        try:
            twin_statement(statement, timezone.now(), **changes)
        except Invalid as refused:
            refusal = "; ".join(message for messages in refused.errors.values() for message in messages)
    return Line(statement, _say(before), _say(after), refusal)


def _say(value: Any) -> str:
    return gettext("no round") if value is None else str(value)


@transaction.atomic
def _correct(
    reader: Reader,
    statements: Sequence[Statement],
    reason: str,
    kind: ChangeKind,
    action: str,
    leave_out_refused: bool,
    changes: dict[str, Any],
) -> ChangeSet:
    require_few(statements)
    require_reason(reason)
    locked = lock_statements({statement.pk for statement in statements})
    negotiation = require_one_negotiation(locked)
    preview = _preview(reader, locked, "", changes)
    chosen = [line.record for line in preview.settle(leave_out_refused)]
    ids = {record.pk for record in chosen}
    fit = [statement for statement in locked if statement.pk in ids]
    codings = standing_codings(ids)
    now = instant_for(fit, (coding for listed in codings.values() for coding in listed))
    replacements = [
        Replacement(
            statement,
            twin_statement(statement, now, **changes),
            tuple(statement.addressees.all()),
            codings.get(statement.pk, []),
        )
        for statement in fit
    ]
    steps = replace_statements(replacements, now, reason)
    again = replace_codings(carried(replacements, now, reason), now)
    said = _say(next(iter(changes.values())))
    change_set = record_change_set(
        reader,
        kind=kind,
        title=f"{count_of(len(fit), 'statement')}: {'dated' if kind == ChangeKind.REDATE else 'moved to'} {said}",
        steps=steps,
        negotiation=negotiation,
        reason=reason,
    )
    record_event(
        actor=reader.user,
        action=action,
        subject=change_set,
        negotiation=negotiation,
        reason=reason,
        after={"statements": steps, "codings": again, next(iter(changes)): said},
    )
    return change_set
