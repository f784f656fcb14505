"""Find and recode: all published readings of an issue that read alike, then one new reading for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import OUT_OF_REACH, ServiceAdmin, holds, page_of
from positions.admin.bulk import name_record
from positions.admin.scope import desk_negotiations, desk_rows, note_reads, reader_on
from positions.admin.widgets import search_box
from positions.enums import CodingState, CodingStatus, Move, Role, Stance
from positions.models import Coding, Issue, Party
from positions.queries.access import Reader
from positions.services.housekeeping import AT_MOST, say_reading

SHOWN = 100
ANY = ("", gettext_lazy("any"))


if TYPE_CHECKING:
    IssueField = forms.ModelChoiceField[Issue]
else:
    IssueField = forms.ModelChoiceField


class IssueChoice(IssueField):
    """Issues under the title of their negotiation."""

    def label_from_instance(self, obj: Any) -> str:
        merged = " (merged)" if obj.merged_into_id else ""
        return f"{obj.negotiation}: {obj.title}{merged}"


class FindForm(forms.Form):
    """Which readings to find."""

    party = forms.ModelChoiceField(Party.objects.none(), required=False, label=gettext_lazy("Party"))
    state = forms.ChoiceField(required=False, choices=[ANY, *CodingState.choices], label=gettext_lazy("State"))
    stance = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, choices=[ANY, *Stance.choices], label=gettext_lazy("Stance")
    )
    move = forms.ChoiceField(required=False, choices=[ANY, *Move.choices], label=gettext_lazy("Move"))
    codebook = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2_147_483_647,
        label=gettext_lazy("Codebook version"),
        help_text=gettext_lazy("Its number."),
    )
    coder = forms.CharField(
        required=False,
        max_length=150,
        help_text=gettext_lazy("The name the reading is kept under."),
        label=gettext_lazy("Coder"),
    )
    words = forms.CharField(
        required=False, max_length=200, help_text=gettext_lazy("Words of the quotation."), label=gettext_lazy("Words")
    )

    def __init__(self, reader: Reader, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        issues = desk_rows(reader, Issue).filter(negotiation__in=desk_negotiations(reader))
        ordered = issues.select_related("negotiation").order_by("negotiation__title", "rank", "slug")
        issue = IssueChoice(ordered, label=gettext("Issue"), error_messages={"invalid_choice": OUT_OF_REACH})
        self.fields = {"issue": issue, **self.fields}
        self.fields["party"] = forms.ModelChoiceField(
            desk_rows(reader, Party),
            required=False,
            widget=search_box(Coding, "party"),
            error_messages={"invalid_choice": OUT_OF_REACH},
            label=gettext("Party"),
        )

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        return words.replace("\x00", "")


def found_readings(reader: Reader, asked: dict[str, Any]) -> QuerySet[Coding]:
    """The published readings in force that are as asked, oldest statement first."""
    wanted = Q(issue=asked["issue"])
    for name in ("party", "state", "stance", "move", "coder"):
        if asked[name] not in (None, ""):
            wanted &= Q(**{name: asked[name]})
    if asked["codebook"] is not None:
        wanted &= Q(codebook__version=asked["codebook"])
    if asked["words"]:
        wanted &= Q(statement__exact__icontains=asked["words"])
    rows = desk_rows(reader, Coding).filter(wanted, status=CodingStatus.PUBLISHED, retired_at=None)
    return rows.select_related("negotiation", "party", "issue", "codebook", "statement").order_by("stated_latest", "pk")


class FindingAdmin(ServiceAdmin):
    """The list of codings with a page that finds readings to recode."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.find_view)
        return [path("find/", view, name="positions_coding_find"), *super().get_urls()]

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Ask, and list what is found; nothing is changed here."""
        if not holds(request, Role.ANALYST):
            return self._get_obj_does_not_exist_redirect(request, self.opts, "")
        reader = reader_on(request)
        form = FindForm(reader, request.GET) if "issue" in request.GET else FindForm(reader)
        found: list[Coding] = []
        total = 0
        if form.is_bound and form.is_valid():
            note_reads(request, form.cleaned_data["issue"].negotiation)
            rows = found_readings(reader, form.cleaned_data)
            total = rows.count()
            found = list(rows[: AT_MOST + 1])
        shown = [(page_of(coding), *name_record(coding), say_reading(coding), coding) for coding in found[:SHOWN]]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Find and recode"),
            "subtitle": "",
            "opts": self.opts,
            "form": form,
            "asked": form.is_bound and form.is_valid(),
            "total": total,
            "shown": shown,
            "too_many": total > AT_MOST,
            "at_most": AT_MOST,
            "records": ",".join(str(coding.pk) for coding in found[:AT_MOST]),
            "address": reverse("admin:positions_coding_several_recode"),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/positions/coding/find.html", context)
