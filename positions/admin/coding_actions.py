"""What may be done with a reading, by whom, at which stage: the buttons on its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin, Done, ObjectAction, ask_reason
from positions.admin.base import page_of
from positions.admin.coding_forms import (
    READING,
    ReadingForm,
    ReasonedReadingForm,
    reading_errors,
    reading_facts,
    reading_form,
)
from positions.admin.lines import write_conditions
from positions.admin.scope import desk_rows, reader_on
from positions.admin.script_words import review_words
from positions.admin.words import name_column, say_yes_no
from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.exceptions import Invalid
from positions.models import Coding
from positions.queries.access import Reader
from positions.queries.review import place_in_adjudication, place_in_review
from positions.services.coding import (
    CodingFacts,
    adjudicate_codings,
    coder_name,
    correct_coding,
    edit_draft,
    publish_coding,
    publish_with_changes,
    reject_coding,
    return_coding,
    submit_coding,
    withdraw_coding,
)
from positions.services.conditions import condition_facts
from positions.services.statements import role_to_correct


def is_at(coding: Coding, status: CodingStatus) -> bool:
    """Whether the reading stands at ``status`` and was not retired."""
    return coding.retired_at is None and coding.status == status


def may_edit(reader: Reader, coding: Coding) -> bool:
    """One's own draft; a lead may edit any."""
    own = coding.coder == coder_name(reader) and reader.has_role(coding.negotiation_id, Role.ANALYST)
    return is_at(coding, CodingStatus.DRAFT) and (own or reader.has_role(coding.negotiation_id, Role.LEAD))


def may_decide(reader: Reader, coding: Coding) -> bool:
    """A submitted reading, by a reviewer other than its coder."""
    others = reader.user is None or coding.coder_user_id != reader.user.pk
    return is_at(coding, CodingStatus.SUBMITTED) and others and reader.has_role(coding.negotiation_id, Role.REVIEWER)


def may_publish(reader: Reader, coding: Coding) -> bool:
    """The same, where one reviewer is enough."""
    return may_decide(reader, coding) and coding.negotiation.review_policy != ReviewPolicy.DOUBLE


def may_correct(reader: Reader, coding: Coding) -> bool:
    """A reading in force, by whoever may correct it."""
    role = role_to_correct(coding.negotiation.review_policy, coding)
    return is_at(coding, CodingStatus.PUBLISHED) and reader.has_role(coding.negotiation_id, role)


def may_adjudicate(reader: Reader, coding: Coding) -> bool:
    """Readings of two blind coders, neither of them the reader, with nothing published over them."""
    if not may_decide(reader, coding) or coding.negotiation.review_policy != ReviewPolicy.DOUBLE:
        return False
    readings = readings_beside(reader, coding)
    mine = reader.user is not None and any(reading.coder_user_id == reader.user.pk for reading in readings)
    return len({reading.coder for reading in readings}) > 1 and not mine and not published_over(coding)


def readings_beside(reader: Reader, coding: Coding) -> list[Coding]:
    """The submitted readings of the same statement, party and issue, by coder."""
    rows = desk_rows(reader, Coding).filter(
        statement=coding.statement_id,
        party=coding.party_id,
        issue=coding.issue_id,
        status=CodingStatus.SUBMITTED,
        retired_at=None,
    )
    return list(
        rows.select_related("party", "issue", "statement__source", "negotiation").order_by(
            "coder", "submitted_at", "id"
        )
    )


def published_over(coding: Coding) -> bool:
    """Whether a reading of the same statement, party and issue is in force."""
    same = Coding.objects.filter(
        statement=coding.statement_id, party=coding.party_id, issue=coding.issue_id, retired_at=None
    )
    return same.filter(status=CodingStatus.PUBLISHED).exists()


def url_after_review(reader: Reader, coding: Coding) -> str:
    """Where a reviewer goes on after ``coding``: the next reading, else the empty queue. Ask before deciding."""
    onward = place_in_review(reader, coding).next
    return reverse("admin:positions_coding_review", args=[onward]) if onward else queue_url("review")


def url_after_adjudication(reader: Reader, coding: Coding) -> str:
    """The same for passages with two blind readings."""
    onward = place_in_adjudication(reader, coding).next
    return reverse("admin:positions_coding_adjudicate", args=[onward]) if onward else queue_url("adjudicate")


def queue_url(slug: str) -> str:
    """The list of what waits in a queue of codings."""
    return f"{reverse('admin:positions_coding_changelist')}?queue={slug}"


# ---------------------------------------------------------------- forms


class CommentForm(forms.Form):
    """What the coder is told."""

    comment = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("The coder reads this."),
        label=gettext_lazy("Comment"),
    )


def ask_comment(page: ActionAdmin, request: HttpRequest, coding: Coding) -> Callable[..., forms.BaseForm]:
    return CommentForm


def ask_edit(page: ActionAdmin, request: HttpRequest, coding: Coding) -> Callable[..., forms.BaseForm]:
    return reading_form(ReadingForm, request, coding.negotiation, record=coding, standing=page.standing(coding))


def ask_correction(page: ActionAdmin, request: HttpRequest, coding: Coding) -> Callable[..., forms.BaseForm]:
    return reading_form(ReasonedReadingForm, request, coding.negotiation, record=coding)


class AdjudicationForm(ReasonedReadingForm):
    """The reading that is published over the two."""

    class Meta(ReasonedReadingForm.Meta):
        fields = [name for name in READING if name not in ("party", "issue", "condition_lines")]


def ask_adjudication(page: ActionAdmin, request: HttpRequest, coding: Coding) -> Callable[..., forms.BaseForm]:
    """Start from what the readings agree on, or from the one that is taken over; the reason typed stays."""
    readings = readings_beside(reader_on(request), coding)
    taken = [reading for reading in readings if str(reading.pk) == request.POST.get("take")]
    make = reading_form(AdjudicationForm, request, coding.negotiation, initial=agreed_in(taken or readings))
    if not taken:
        return make
    return lambda *sent, **kwargs: make(initial={"reason": request.POST.get("reason", "")})


def agreed_in(readings: Sequence[Coding]) -> dict[str, Any]:
    """The fields in which the readings are alike, as the form of a reading starts from them."""
    agreed: dict[str, Any] = {
        name: values.pop() for name in READING[2:8] if len(values := {getattr(r, name) for r in readings}) == 1
    }
    lines = {write_conditions(condition_facts(reading)) for reading in readings}
    return {**agreed, "condition_lines": lines.pop() if len(lines) == 1 else ""}


def show_passage(request: HttpRequest, coding: Coding) -> dict[str, Any]:
    """The passage that is read."""
    return {"statement": coding.statement}


def show_readings(request: HttpRequest, coding: Coding) -> dict[str, Any]:
    """The readings side by side, and the passage."""
    reader = reader_on(request)
    readings = readings_beside(reader, coding)
    rows = [
        (name_column("state"), [r.get_state_display() for r in readings]),
        (name_column("stance"), [r.get_stance_display() if r.stance is not None else "–" for r in readings]),
        (name_column("move"), [r.get_move_display() for r in readings]),
        (name_column("red_line"), [say_yes_no(r.red_line) for r in readings]),
        (name_column("reciprocal"), [say_yes_no(r.reciprocal) for r in readings]),
        (name_column("confidence"), [r.get_confidence_display() for r in readings]),
        (gettext("conditions"), [write_conditions(condition_facts(r)) or "–" for r in readings]),
    ]
    compared = [{"name": name, "values": values, "differs": len(set(values)) > 1} for name, values in rows]
    return {
        "readings": readings,
        "compared": compared,
        "statement": coding.statement,
        "place": place_in_adjudication(reader, coding),
        "script_words": review_words(),
        "whole_text": reverse("admin:positions_source_tag", args=[coding.statement.source_id]),
    }


# ---------------------------------------------------------------- doing it


def in_form_words(change: Callable[[CodingFacts], Coding], facts: CodingFacts) -> Coding:
    """The change; a refusal names the fields as the form does."""
    try:
        return change(facts)
    except Invalid as refusal:
        raise Invalid(reading_errors(refusal.errors)) from refusal


def edit(request: HttpRequest, coding: Coding, form: Any) -> Done:
    in_form_words(lambda facts: edit_draft(reader_on(request), coding, facts), reading_facts(form.cleaned_data))
    return Done(gettext("Saved the draft."))


def submit(request: HttpRequest, coding: Coding, form: Any) -> Done:
    handed_in = submit_coding(reader_on(request), coding)
    return Done(
        gettext("Published.")
        if handed_in.status == CodingStatus.PUBLISHED
        else gettext("Submitted; a reviewer decides.")
    )


def publish(request: HttpRequest, coding: Coding, form: Any) -> Done:
    publish_coding(reader_on(request), coding)
    return Done(gettext("Published."))


def send_back(request: HttpRequest, coding: Coding, form: Any) -> Done:
    return_coding(reader_on(request), coding, form.cleaned_data["comment"])
    return Done(
        gettext("Returned to its coder, as a draft with your comment."),
        queue_url("review"),
    )


def reject(request: HttpRequest, coding: Coding, form: Any) -> Done:
    reject_coding(reader_on(request), coding, form.cleaned_data["comment"])
    return Done(gettext("Rejected for good."))


def correct(request: HttpRequest, coding: Coding, form: Any) -> Done:
    said, reader = form.cleaned_data, reader_on(request)
    corrected = in_form_words(lambda facts: correct_coding(reader, coding, facts, said["reason"]), reading_facts(said))
    return Done(gettext("Corrected. The old reading is kept, retired."), page_of(corrected))


def publish_changed(request: HttpRequest, coding: Coding, form: Any) -> Done:
    said, reader = form.cleaned_data, reader_on(request)
    onward = url_after_review(reader, coding)
    in_form_words(lambda facts: publish_with_changes(reader, coding, facts, said["reason"]), reading_facts(said))
    return Done(gettext("Published as changed. What the coder handed in is kept, retired."), onward)


def withdraw(request: HttpRequest, coding: Coding, form: Any) -> Done:
    withdraw_coding(reader_on(request), coding, form.cleaned_data["reason"])
    return Done(gettext("Withdrawn. What was known before stays known."))


def adjudicate(request: HttpRequest, coding: Coding, form: Any) -> Done:
    said, reader = form.cleaned_data, reader_on(request)
    facts = reading_facts(said, party=coding.party, issue=coding.issue)
    readings, onward = readings_beside(reader, coding), url_after_adjudication(reader, coding)
    in_form_words(lambda wanted: adjudicate_codings(reader, readings, wanted, said["reason"]), facts)
    return Done(gettext("Published the adjudicated reading; the two stay as they were handed in."), onward)


CODING_ACTIONS = (
    ObjectAction("submit", gettext_lazy("Submit"), may_edit, submit, tone="primary"),
    ObjectAction("edit", gettext_lazy("Edit draft…"), may_edit, edit, ask_edit, context=show_passage),
    ObjectAction(
        "review",
        gettext_lazy("Review"),
        may_publish,
        href=lambda c: reverse("admin:positions_coding_review", args=[c.pk]),
    ),
    ObjectAction("publish", gettext_lazy("Publish"), may_publish, publish, tone="primary"),
    ObjectAction(
        "publish-changed",
        gettext_lazy("Publish with changes…"),
        may_publish,
        publish_changed,
        ask_correction,
        intro=gettext_lazy(
            "Your reading is published as a correction, with your reason. What the coder handed in is kept."
        ),
        context=show_passage,
    ),
    ObjectAction(
        "adjudicate",
        gettext_lazy("Adjudicate…"),
        may_adjudicate,
        adjudicate,
        ask_adjudication,
        tone="primary",
        intro=gettext_lazy("Your reading is published as a third record; the two stay as they were handed in."),
        context=show_readings,
        template="admin/positions/coding/adjudicate.html",
    ),
    ObjectAction(
        "return",
        gettext_lazy("Return…"),
        may_decide,
        send_back,
        ask_comment,
        intro=gettext_lazy("It becomes a draft again, with your comment."),
    ),
    ObjectAction(
        "reject",
        gettext_lazy("Reject…"),
        may_decide,
        reject,
        ask_comment,
        tone="danger",
        intro=gettext_lazy("Rejected for good; the coder reads why."),
    ),
    ObjectAction(
        "correct",
        gettext_lazy("Correct…"),
        may_correct,
        correct,
        ask_correction,
        intro=gettext_lazy("A new reading takes this one's place. What was known before stays known."),
        context=show_passage,
    ),
    ObjectAction(
        "withdraw",
        gettext_lazy("Withdraw…"),
        may_correct,
        withdraw,
        ask_reason,
        tone="danger",
        intro=gettext_lazy("The reading leaves the record from now on. What was known before stays known."),
    ),
)
