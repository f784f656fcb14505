"""What can be done to many statements, codings, parties, people and issues at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import ADMINISTRATOR, OUT_OF_REACH
from positions.admin.bulk import BulkAction, BulkForm, Said, nothing_to_choose
from positions.admin.scope import desk_rows, reader_on
from positions.admin.widgets import search_box
from positions.enums import CodingState, Confidence, Move, Role, Stance
from positions.exceptions import Invalid
from positions.models import BlocMembership, ChangeSet, DelegationMember, Issue, Negotiation, Round
from positions.queries.access import Reader, unmerged
from positions.services import housekeeping, merging
from positions.services.housekeeping import NewReading, Preview
from positions.services.housekeeping.changes import require_one_negotiation
from positions.services.merging import MergePreview

CODERS = (Role.ANALYST, Role.REVIEWER, Role.LEAD)
AS_IT_IS = ("", gettext_lazy("as it is"))
YES_NO = [AS_IT_IS, ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]


def _how(said: Said) -> dict[str, Any]:
    return {"leave_out_refused": said["leave_out_refused"]}


# ---------------------------------------------------------------- statements


class RedateForm(BulkForm):
    stated_on = forms.CharField(
        label=gettext_lazy("Said on"),
        max_length=40,
        help_text=gettext_lazy("EDTF: 2022-01-09, 2022-01, 2022-01-09~, 2022-01-28/2022-02-01."),
    )


def ask_date(request: HttpRequest, records: Sequence[Any]) -> type[forms.Form]:
    require_one_negotiation(records)
    return RedateForm


def ask_round(request: HttpRequest, records: Sequence[Any]) -> type[forms.Form]:
    negotiation = require_one_negotiation(records)
    rounds = desk_rows(reader_on(request), Round).filter(negotiation=negotiation).order_by("number")
    field = forms.ModelChoiceField(
        rounds,
        required=False,
        empty_label=gettext("No round"),
        label=gettext("Round"),
        error_messages={"invalid_choice": OUT_OF_REACH},
    )
    return type("MoveForm", (BulkForm,), {"round": field})


STATEMENT_ACTIONS = (
    BulkAction(
        "redate",
        gettext_lazy("Date anew…"),
        Role.ANALYST,
        ask_date,
        lambda reader, records, said: housekeeping.preview_redating(reader, records, said["stated_on"]),
        lambda reader, records, said: housekeeping.redate_statements(
            reader, records, said["stated_on"], said["reason"], **_how(said)
        ),
        gettext_lazy(
            "Each statement is replaced by one with the new day, its codings with it. "
            "What was known before stays known."
        ),
        ("negotiation", "source", "asserted_by", "round"),
    ),
    BulkAction(
        "move",
        gettext_lazy("Move to a round…"),
        Role.ANALYST,
        ask_round,
        lambda reader, records, said: housekeeping.preview_moving(reader, records, said["round"]),
        lambda reader, records, said: housekeeping.move_statements(
            reader, records, said["round"], said["reason"], **_how(said)
        ),
        gettext_lazy(
            "Each statement is replaced by one in the new round, its codings with it. "
            "What was known before stays known."
        ),
        ("negotiation", "source", "asserted_by", "round"),
    ),
)


# ---------------------------------------------------------------- codings


class RecodeForm(BulkForm):
    """The new reading; what is left as it is does not change."""

    state = forms.ChoiceField(required=False, choices=[AS_IT_IS, *CodingState.choices], label=gettext_lazy("State"))
    stance = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[AS_IT_IS, *Stance.choices],
        label=gettext_lazy("Stance"),
    )
    move = forms.ChoiceField(required=False, choices=[AS_IT_IS, *Move.choices], label=gettext_lazy("Move"))
    confidence = forms.ChoiceField(
        required=False, choices=[AS_IT_IS, *Confidence.choices], label=gettext_lazy("Confidence")
    )
    red_line = forms.ChoiceField(required=False, choices=YES_NO, label=gettext_lazy("Red line"))
    reciprocal = forms.ChoiceField(required=False, choices=YES_NO, label=gettext_lazy("Reciprocal"))


def ask_reading(request: HttpRequest, records: Sequence[Any]) -> type[forms.Form]:
    negotiation = require_one_negotiation(records)
    issues = unmerged(desk_rows(reader_on(request), Issue)).filter(negotiation=negotiation).order_by("rank", "slug")
    field = forms.ModelChoiceField(
        issues,
        required=False,
        empty_label=gettext("as it is"),
        label=gettext("Issue"),
        error_messages={"invalid_choice": OUT_OF_REACH},
    )
    return type("RecodeForm", (RecodeForm,), {"issue": field})


def reading_of(said: Said) -> NewReading:
    """The new reading that a form says."""
    return NewReading(
        issue=said["issue"],
        state=said["state"] or None,
        stance=said["stance"],
        move=said["move"] or None,
        confidence=said["confidence"] or None,
        red_line=_yes(said["red_line"]),
        reciprocal=_yes(said["reciprocal"]),
    )


def _yes(word: str) -> bool | None:
    return {"yes": True, "no": False}.get(word)


def ask_coder(request: HttpRequest, records: Sequence[Any]) -> type[forms.Form]:
    negotiation = require_one_negotiation(records)
    return type(
        "CoderForm", (BulkForm,), {"coder": forms.ModelChoiceField(coders_of(negotiation), label=gettext("Coder"))}
    )


def coders_of(negotiation: Negotiation) -> Any:
    """The members who code."""
    members = negotiation.members.filter(role__in=CODERS)
    return User.objects.filter(is_active=True, pk__in=members.values("user")).order_by("username")


RELATED = ("negotiation", "party", "issue", "codebook", "statement__source", "statement__asserted_by")
CODING_ACTIONS = (
    BulkAction(
        "recode",
        gettext_lazy("Recode…"),
        Role.ANALYST,
        ask_reading,
        lambda reader, records, said: housekeeping.preview_recoding(reader, records, reading_of(said)),
        lambda reader, records, said: housekeeping.recode_codings(
            reader, records, reading_of(said), said["reason"], **_how(said)
        ),
        gettext_lazy(
            "Each published reading is corrected to the new one, under the newest codebook. What was known before "
            "stays known."
        ),
        RELATED,
    ),
    BulkAction(
        "reassign",
        gettext_lazy("Give to another coder…"),
        Role.LEAD,
        ask_coder,
        lambda reader, records, said: housekeeping.preview_reassigning(reader, records, said["coder"]),
        lambda reader, records, said: housekeeping.reassign_codings(
            reader, records, said["coder"], said["reason"], **_how(said)
        ),
        gettext_lazy("Drafts and readings handed in go on as the other coder's."),
        RELATED,
    ),
    BulkAction(
        "delete-drafts",
        gettext_lazy("Delete drafts…"),
        Role.ANALYST,
        nothing_to_choose,
        lambda reader, records, said: housekeeping.preview_deleting(reader, records),
        lambda reader, records, said: housekeeping.delete_drafts(reader, records, said["reason"], **_how(said)),
        gettext_lazy("The drafts go; undoing brings them back as they were."),
        RELATED,
        danger=True,
    ),
)


# ---------------------------------------------------------------- merging

# A relation whose search box finds rows of the model.
SEARCHED: dict[str, tuple[type[Model], str]] = {
    "party": (BlocMembership, "member"),
    "person": (DelegationMember, "person"),
}


def ask_kept(request: HttpRequest, records: Sequence[Any]) -> type[forms.Form]:
    """Which of two is kept, or, where one was chosen, into which other it goes."""
    if len(records) > 2:
        raise Invalid(gettext("Choose one record, or the two that are the same: two are merged at a time."))
    model = type(records[0])
    rows = unmerged(desk_rows(reader_on(request), model))
    asked: dict[str, Any] = {"empty_label": None, "error_messages": {"invalid_choice": OUT_OF_REACH}}
    if len(records) == 2:
        rows = rows.filter(pk__in=[record.pk for record in records])
        field = forms.ModelChoiceField(rows, label=gettext("Keep"), widget=forms.RadioSelect, **asked)
    elif model is Issue:
        within = rows.filter(negotiation=records[0].negotiation_id).exclude(pk=records[0].pk)
        field = forms.ModelChoiceField(within.order_by("rank", "slug"), label=gettext("Merge into"), **asked)
    else:
        box = search_box(*SEARCHED[model._meta.model_name or ""])
        field = forms.ModelChoiceField(rows, label=gettext("Merge into"), widget=box, **asked)
    fields: dict[str, Any] = {"into": field}
    if model is Issue:
        fields["confirmation"] = forms.CharField(
            required=False,
            label=gettext("The same meaning"),
            help_text=gettext(
                "Where codings are published: type the slug of the issue that is kept, to confirm that both "
                "proposals mean the same."
            ),
        )
    return type("MergeForm", (BulkForm,), fields)


def pair(records: Sequence[Any], said: Said) -> tuple[Any, Any]:
    """The duplicate and the one that is kept."""
    kept = said["into"]
    others = [record for record in records if record.pk != kept.pk]
    if not others:
        raise Invalid({"into": gettext("is the same one; choose another")})
    return others[0], kept


def _preview_issues(reader: Reader, records: Sequence[Any], said: Said) -> Preview | MergePreview:
    return merging.preview_merging_issues(reader, *pair(records, said))


def _merge_issues(reader: Reader, records: Sequence[Any], said: Said) -> ChangeSet:
    return merging.merge_issues(reader, *pair(records, said), said["reason"], confirmation=said["confirmation"])


MERGED = gettext_lazy(
    "Whatever is in force and names the one comes to name the other, as corrections; history keeps both names. "
    "It can be undone while nothing is built on it."
)


def merging_action(
    role: str,
    preview: Callable[..., Preview | MergePreview],
    run: Callable[..., ChangeSet],
    related: tuple[str, ...] = (),
) -> BulkAction:
    """The entry that merges two of one kind; ``preview`` and ``run`` take what the form says as well."""
    return BulkAction("merge", gettext_lazy("Merge duplicates…"), role, ask_kept, preview, run, MERGED, related)


PARTY_ACTIONS = (
    merging_action(
        ADMINISTRATOR,
        lambda reader, records, said: merging.preview_merging_parties(reader, *pair(records, said)),
        lambda reader, records, said: merging.merge_parties(reader, *pair(records, said), said["reason"]),
    ),
)
PERSON_ACTIONS = (
    merging_action(
        ADMINISTRATOR,
        lambda reader, records, said: merging.preview_merging_persons(reader, *pair(records, said)),
        lambda reader, records, said: merging.merge_persons(reader, *pair(records, said), said["reason"]),
    ),
)
ISSUE_ACTIONS = (merging_action(Role.LEAD, _preview_issues, _merge_issues, ("negotiation", "parent")),)
