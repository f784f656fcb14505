"""Rounds and the delegations that met at them: kept by the negotiation's leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from positions.admin.base import ScopedAdmin, ServiceAdmin, ServiceInline, StackedInline
from positions.admin.filters import scoped
from positions.admin.lines import MEMBER_HELP, read_members, write_members
from positions.admin.refusals import RowForm, ServiceForm, ServiceRows
from positions.admin.scope import desk_negotiations, negotiation_of, reader_on
from positions.enums import Role
from positions.models import Delegation, DelegationMember, Negotiation, Round
from positions.queries.access import Reader
from positions.services.negotiations import DelegationFacts, RoundFacts, save_round


class DelegationForm(RowForm):
    """A party at the round, its head, and its members as lines."""

    reader = Reader()

    member_lines = forms.CharField(
        label=gettext_lazy("Members"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text=MEMBER_HELP,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standing = [] if self.instance._state.adding else list(self.instance.members.all())
        self.initial["member_lines"] = write_members(self.standing)

    def clean_member_lines(self) -> Any:
        return read_members(self.reader, self.cleaned_data["member_lines"], self.standing)


class DelegationInline(ServiceInline, StackedInline):
    model = Delegation
    form = DelegationForm
    fields = (("party", "head"), "member_lines")
    autocomplete_fields = ("party", "head")
    edit_role = Role.LEAD
    refusal_name = "delegations"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegation]:
        rows = super().get_queryset(request).select_related("party", "head", "round__negotiation")
        return rows.prefetch_related("members__person").order_by("party__name")

    def get_formset(self, request: HttpRequest, obj: Any | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.reader = reader_on(request)
        return formset


class RoundForm(ServiceForm):
    class Meta:
        help_texts = {
            "number": gettext_lazy("Its number in the negotiation; pages and tools name it by this."),
            "ends_on": gettext_lazy("The last day; leave it out for a meeting of one day."),
        }


@admin.register(Round)
class RoundAdmin(ServiceAdmin):
    """Meetings and other occasions."""

    add_role = change_role = Role.LEAD
    form = RoundForm
    list_display = (
        "number",
        "title",
        "negotiation",
        "format",
        "venue",
        "starts_on",
        "ends_on",
        "status",
        "delegation_count",
    )
    list_display_links = ("number", "title")
    list_filter = (scoped("negotiation"), "status", "format")
    list_select_related = ("negotiation",)
    search_fields = ("title", "venue", "number")
    search_help_text = gettext_lazy("Title, venue or number")
    date_hierarchy = "starts_on"
    ordering = ("negotiation__title", "number")
    inlines = (DelegationInline,)
    fields = ("negotiation", ("number", "title"), ("format", "status"), "venue", ("starts_on", "ends_on"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Round]:
        rows: QuerySet[Round] = super().get_queryset(request).annotate(delegations_named=Count("delegations"))
        return rows

    @admin.display(description=gettext_lazy("delegations"), ordering="delegations_named")
    def delegation_count(self, held: Any) -> int:
        return int(held.delegations_named)

    def get_readonly_fields(self, request: HttpRequest, obj: Round | None = None) -> Any:
        return () if obj is None else ("negotiation",)

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        return offer_led(super().get_form(request, obj, change=change, **kwargs), request)

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Round | None) -> Model:
        said = form.cleaned_data
        delegations = None
        if existing is None or rows["delegations"].has_changed():
            delegations = tuple(
                DelegationFacts(
                    party=row.cleaned_data["party"],
                    head=row.cleaned_data["head"],
                    members=row.cleaned_data["member_lines"],
                )
                for row in rows["delegations"].filled()
            )
        facts = RoundFacts(
            **{name: said[name] for name in ("number", "title", "format", "venue", "starts_on", "ends_on", "status")},
            delegations=delegations,
        )
        return save_round(
            reader_on(request), existing.negotiation if existing else said["negotiation"], facts, existing=existing
        )


def offer_led(form: Any, request: HttpRequest) -> Any:
    """Offer only negotiations that the reader leads; the only one is chosen beforehand."""
    return offer_negotiations(form, desk_negotiations(reader_on(request), Role.LEAD))


def offer_negotiations(form: Any, negotiations: QuerySet[Negotiation]) -> Any:
    """Offer ``negotiations`` in a form class; the only one is chosen beforehand."""
    field = form.base_fields.get("negotiation")
    if field is not None:
        field.queryset = negotiations
        only = list(negotiations[:2])
        if len(only) == 1:
            field.initial = only[0].pk
    return form


@admin.register(Delegation)
class DelegationAdmin(ScopedAdmin):
    """Who was represented where; changed with the round."""

    list_display = ("party", "round", "negotiation_title", "head")
    list_filter = (scoped("round__negotiation"), scoped("party"))
    list_select_related = ("party", "head", "round__negotiation")
    search_fields = ("party__name", "head__name", "round__title")
    search_help_text = gettext_lazy("Party, head or round")
    date_hierarchy = "round__starts_on"
    ordering = ("round__negotiation__title", "round__number", "party__name")

    @admin.display(description=gettext_lazy("negotiation"), ordering="round__negotiation__title")
    def negotiation_title(self, delegation: Delegation) -> str:
        return str(negotiation_of(delegation))


@admin.register(DelegationMember)
class DelegationMemberAdmin(ScopedAdmin):
    """Who sat in which delegation; changed with the round."""

    list_display = ("person", "title", "party_name", "round_title", "rank")
    list_filter = (scoped("delegation__round__negotiation"), scoped("delegation__party"))
    list_select_related = ("person", "delegation__party", "delegation__round__negotiation")
    search_fields = ("person__name", "title", "delegation__party__name")
    search_help_text = gettext_lazy("Person, title or party")
    ordering = ("delegation__round__number", "delegation__party__name", "rank")

    @admin.display(description=gettext_lazy("party"), ordering="delegation__party__name")
    def party_name(self, member: DelegationMember) -> str:
        return member.delegation.party.name

    @admin.display(description=gettext_lazy("round"), ordering="delegation__round__number")
    def round_title(self, member: DelegationMember) -> str:
        return str(member.delegation.round)
