"""The board of conditions: what is open, oldest first, and a status set without leaving the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import AT_ONCE
from positions.admin.refusals import report_refusal
from positions.admin.scope import desk_negotiations, desk_rows, note_reads, reader_on
from positions.admin.widgets import search_box
from positions.admin.words import name_column, say_day
from positions.enums import ConditionStatus
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Condition, ConditionStatusEntry, Negotiation, Statement
from positions.queries.access import Reader
from positions.queries.conditions import BoardRow, conditions_on_board
from positions.services.conditions import set_condition_status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from positions.admin.actions import ActionAdmin

ROWS_ON_PAGE = 100


class StatusForm(forms.Form):
    """From which day a condition has which status, and what shows it."""

    status = forms.ChoiceField(
        choices=ConditionStatus.choices,
        widget=forms.Select(attrs={"autofocus": True}),
        help_text=gettext_lazy("What holds now."),
        label=gettext_lazy("Status"),
    )
    on = forms.DateField(
        label=gettext_lazy("From"), widget=AdminDateWidget, help_text=gettext_lazy("The day from which it holds.")
    )

    def __init__(self, *args: Any, condition: Condition, reader: Reader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = condition.coding.negotiation
        rows = desk_rows(reader, Statement).filter(negotiation=within)
        self.fields["statement"] = forms.ModelChoiceField(
            rows,
            required=False,
            widget=search_box(ConditionStatusEntry, "statement", within),
            help_text=gettext("The statement that shows it …"),
            label=gettext("Statement"),
        )
        self.fields["reason"] = forms.CharField(
            required=False,
            widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
            help_text=gettext("… or, in a few words, why it holds."),
            label=gettext("Reason"),
        )
        self.initial.setdefault("on", timezone.now().date())


class BoardForm(forms.Form):
    """Which conditions are shown."""

    negotiation = forms.ChoiceField(label=gettext_lazy("Negotiation"))
    status = forms.ChoiceField(required=False, label=gettext_lazy("Status"))
    party = forms.ChoiceField(required=False, label=gettext_lazy("Party"))
    issue = forms.ChoiceField(required=False, label=gettext_lazy("Issue"))


@dataclass
class Board:
    """One answer of the board: what was asked, what is shown, and the form that is open in one row."""

    request: HttpRequest
    reader: Reader
    negotiations: list[Negotiation]
    negotiation: Negotiation | None
    asked: dict[str, str]
    problems: list[str]

    def address(self, **changes: str) -> str:
        """The board's address with the same choice, and ``changes`` laid over it; empty values are left out."""
        query = urlencode({name: value for name, value in {**self.asked, **changes}.items() if value})
        return f"{reverse('admin:positions_condition_board')}{f'?{query}' if query else ''}"

    def rows(self) -> list[BoardRow]:
        """The rows asked for; none where something cannot be read."""
        if self.negotiation is None or self.problems:
            return []
        chosen = {name: self.asked[name] for name in ("status", "party", "issue")}
        return conditions_on_board(self.reader, self.negotiation, **chosen)


def answer_board(page: ActionAdmin, request: HttpRequest) -> HttpResponse:
    """Show the board; a POST sets the status of the condition it names and comes back to its row."""
    board, choice = _read_board(request)
    if board.negotiation is not None:
        note_reads(request, board.negotiation)
    opened, form = _opened_row(request, board)
    handed_in = request.method == "POST" and form is not None and form.is_valid()
    if handed_in and opened is not None and form is not None and (done := _set_status(board, opened, form)):
        messages.success(request, done)
        return HttpResponseRedirect(f"{board.address()}#condition-{opened.pk}")
    rows = board.rows()
    paged = Paginator(rows, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Conditions"),
        "subtitle": board.negotiation.title if board.negotiation else "",
        "opts": page.opts,
        "board": board,
        "choice": choice,
        "groups": [(label, list(listed)) for label, listed in groupby(paged.object_list, lambda r: r.status_label)],
        "paged": paged,
        "counted": len(rows),
        "opened": opened,
        "form": form,
        "media": page.media + (form.media if form else forms.Media()),
        "addresses": {
            "clean": board.address(),
            "previous": board.address(page=str(paged.previous_page_number())) if paged.has_previous() else "",
            "next": board.address(page=str(paged.next_page_number())) if paged.has_next() else "",
        },
    }
    return TemplateResponse(request, "admin/positions/condition/board.html", context)


def _read_board(request: HttpRequest) -> tuple[Board, BoardForm]:
    reader = reader_on(request)
    negotiations = list(desk_negotiations(reader).order_by("title", "slug"))
    slug = request.GET.get("negotiation", "") or (negotiations[0].slug if negotiations else "")
    negotiation = next((found for found in negotiations if found.slug == slug), None)
    asked = {name: request.GET.get(name, "").strip() for name in ("status", "party", "issue")}
    asked["negotiation"] = slug
    choice = BoardForm(asked, auto_id="choose_%s")
    _offer(choice, "negotiation", [(found.slug, found.title) for found in negotiations])
    parties = negotiation.parties.order_by("name").values_list("slug", "name") if negotiation else []
    issues = negotiation.issues.values_list("slug", "title") if negotiation else []
    _offer(choice, "status", [("", gettext("any status")), *ConditionStatus.choices])
    _offer(choice, "party", [("", gettext("any party")), *parties])
    _offer(choice, "issue", [("", gettext("any issue")), *issues])
    problems = (
        [] if choice.is_valid() else [f"{name_column(name)}: {errors[0]}" for name, errors in choice.errors.items()]
    )
    return Board(request, reader, negotiations, negotiation, asked, problems), choice


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str, StrOrPromise]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)
    field.error_messages["invalid_choice"] = gettext("this is not offered; choose another one")


def _opened_row(request: HttpRequest, board: Board) -> tuple[Condition | None, StatusForm | None]:
    """The condition whose form is open, where the reader may set it."""
    wanted = request.POST.get("condition") if request.method == "POST" else request.GET.get("set")
    if not wanted or board.negotiation is None:
        return None, None
    rows = desk_rows(board.reader, Condition).filter(coding__negotiation=board.negotiation)
    try:
        condition = rows.select_related("coding__negotiation").filter(pk=wanted).first()
    except (ValueError, ValidationError):
        condition = None
    if condition is None:
        messages.error(request, gettext("There is no such condition on this board any more."))
        return None, None
    make: Callable[..., StatusForm] = lambda *args, **kwargs: StatusForm(  # noqa: E731 - two ways to one form
        *args, condition=condition, reader=board.reader, **kwargs
    )
    if request.method == "POST":
        return condition, make(request.POST)
    wished = request.GET.get("to", "")
    return condition, make(initial={"status": wished} if wished in ConditionStatus.values else {})


def _set_status(board: Board, condition: Condition, form: StatusForm) -> str | None:
    """What was done, in words; null where the service refused, with its words in the form."""
    said: dict[str, Any] = form.cleaned_data
    try:
        entry = set_condition_status(
            board.reader, condition, said["status"], said["on"], statement=said["statement"], reason=said["reason"]
        )
    except Invalid as refusal:
        report_refusal(form, refusal)
        return None
    except (Conflict, NotPermitted, NotVisible) as refusal:
        form.add_error(None, gettext("%(refusal)s Nothing was saved.") % {"refusal": refusal})
        return None
    except IntegrityError:
        form.add_error(None, AT_ONCE)
        return None
    return gettext("%(status)s from %(on)s: “%(condition)s”.") % {
        "status": entry.get_status_display(),
        "on": say_day(entry.on),
        "condition": condition.text[:80],
    }
