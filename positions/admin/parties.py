"""Parties, people and the posts they held: shared by all negotiations, changed by administrators only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from positions.admin.base import ADMINISTRATOR, ScopedAdmin, ServiceInline, TabularInline
from positions.admin.bulk import BulkAdmin
from positions.admin.bulk_actions import PARTY_ACTIONS, PERSON_ACTIONS
from positions.admin.filters import scoped
from positions.admin.merged import MergedAside, MergedFilter
from positions.admin.refusals import ServiceRows
from positions.admin.scope import reader_on
from positions.enums import PartyKind
from positions.models import Appointment, BlocMembership, Party, PartyAlias, Person
from positions.services.parties import (
    AliasFacts,
    AppointmentFacts,
    PartyFacts,
    PersonFacts,
    save_party,
    save_person,
    set_bloc_memberships,
)


class AliasInline(ServiceInline, TabularInline):
    model = PartyAlias
    fields = ("text", "kind", "language")
    edit_role = ADMINISTRATOR
    refusal_name = "aliases"
    verbose_name_plural = gettext_lazy("other names (Moscow and the Kremlin mean Russia)")


class BlocMemberInline(ServiceInline, TabularInline):
    model = BlocMembership
    fk_name = "bloc"
    fields = ("member", "starts_on", "ends_on")
    autocomplete_fields = ("member",)
    edit_role = ADMINISTRATOR
    refusal_name = "members"
    verbose_name = gettext_lazy("member")
    verbose_name_plural = gettext_lazy(
        "members, where this is a bloc or an alliance (its position is never copied onto them)"
    )


@admin.register(Party)
class PartyAdmin(MergedAside, BulkAdmin):
    """Who can hold a position."""

    add_role = change_role = ADMINISTRATOR
    list_display = ("name", "slug", "kind", "iso3", "wikidata_id", "is_listed")
    list_filter = ("kind", "is_listed", MergedFilter)
    bulk_actions = PARTY_ACTIONS
    search_fields = ("name", "slug", "iso3", "aliases__text")
    search_help_text = gettext_lazy("Name, slug, ISO code or another name (Moscow finds Russia)")
    ordering = ("name", "slug")
    fields = ("name", "slug", "kind", "iso3", "wikidata_id", "is_listed")
    inlines = (AliasInline, BlocMemberInline)

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Party | None) -> Model:
        reader, said = reader_on(request), form.cleaned_data
        aliases = tuple(
            AliasFacts(**{name: row.cleaned_data[name] for name in ("text", "kind", "language")})
            for row in rows["aliases"].filled()
        )
        facts = PartyFacts(
            slug=said["slug"],
            name=said["name"],
            kind=said["kind"] or PartyKind.STATE,
            iso3=said["iso3"] or None,
            wikidata_id=said["wikidata_id"],
            is_listed=said["is_listed"],
            aliases=aliases,
        )
        party = save_party(reader, facts, existing=existing)
        if rows["members"].has_changed():
            members = [
                (row.cleaned_data["member"], row.cleaned_data["starts_on"], row.cleaned_data["ends_on"])
                for row in rows["members"].filled()
            ]
            set_bloc_memberships(reader, party, members)
        return party


class AppointmentInline(ServiceInline, TabularInline):
    model = Appointment
    fields = ("party", "title", "starts_on", "ends_on")
    autocomplete_fields = ("party",)
    edit_role = ADMINISTRATOR
    refusal_name = "appointments"


@admin.register(Person)
class PersonAdmin(MergedAside, BulkAdmin):
    """Who speaks for a party."""

    add_role = change_role = ADMINISTRATOR
    list_display = ("name", "slug", "is_listed")
    list_filter = ("is_listed", MergedFilter)
    bulk_actions = PERSON_ACTIONS
    search_fields = ("name", "slug", "appointments__title")
    search_help_text = gettext_lazy("Name, slug or title held")
    ordering = ("name", "slug")
    fields = ("name", "slug", "is_listed")
    inlines = (AppointmentInline,)

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Person | None) -> Model:
        said = form.cleaned_data
        posts = tuple(
            AppointmentFacts(**{name: row.cleaned_data[name] for name in ("party", "title", "starts_on", "ends_on")})
            for row in rows["appointments"].filled()
        )
        facts = PersonFacts(slug=said["slug"], name=said["name"], is_listed=said["is_listed"], appointments=posts)
        return save_person(reader_on(request), facts, existing=existing)


@admin.register(PartyAlias)
class PartyAliasAdmin(ScopedAdmin):
    """Other names, to look up; they are changed with their party."""

    list_display = ("text", "party", "kind", "language")
    list_filter = ("kind", "language")
    list_select_related = ("party",)
    search_fields = ("text", "party__name", "party__slug")
    search_help_text = gettext_lazy("The other name, or the party's own")
    ordering = ("text", "language")


@admin.register(BlocMembership)
class BlocMembershipAdmin(ScopedAdmin):
    """Who belonged to which bloc and when; changed with the bloc."""

    list_display = ("member", "bloc", "starts_on", "ends_on")
    list_filter = (scoped("bloc"),)
    list_select_related = ("bloc", "member")
    search_fields = ("bloc__name", "member__name")
    search_help_text = gettext_lazy("Bloc or member")
    date_hierarchy = "starts_on"
    ordering = ("bloc__name", "member__name", "starts_on")


@admin.register(Appointment)
class AppointmentAdmin(ScopedAdmin):
    """Who held which post; changed with the person."""

    list_display = ("person", "title", "party", "starts_on", "ends_on")
    list_filter = (scoped("party"),)
    list_select_related = ("person", "party")
    search_fields = ("person__name", "title", "party__name")
    search_help_text = gettext_lazy("Person, title or party")
    date_hierarchy = "starts_on"
    ordering = ("person__name", "starts_on", "title")
