"""Who takes part in a negotiation's record, in which role: managed by its leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import ServiceAdmin, ServiceInline, TabularInline, holds
from positions.admin.filters import scoped
from positions.admin.refusals import RowForm, ServiceForm, ServiceRows, nest_refusal
from positions.admin.scope import desk_negotiations, reader_on
from positions.enums import Role
from positions.exceptions import Invalid
from positions.models import Member, Negotiation
from positions.queries.access import Reader
from positions.services.negotiations import remove_member, set_member_role


def find_user(username: str) -> User:
    """The active account of that name. Raises :class:`ValidationError`."""
    user = User.objects.filter(username=username.strip(), is_active=True).first()
    if user is None:
        raise ValidationError(gettext("There is no active account of this name; an administrator adds accounts."))
    return user


class UsernameField(forms.CharField):
    """An account, named by its user name, so that no list of accounts is shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=gettext_lazy("User name"), max_length=150, **kwargs)

    def clean(self, value: Any) -> User | None:
        name = super().clean(value)
        return find_user(name) if name else None


class MemberForm(ServiceForm):
    username = UsernameField(help_text=gettext_lazy("The account's exact user name."))


class MemberRowForm(RowForm):
    username = UsernameField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["username"].disabled = True
            self.initial["username"] = self.instance.user.get_username()


class MemberInline(ServiceInline, TabularInline):
    """The members under their negotiation."""

    model = Member
    form = MemberRowForm
    fields = ("username", "role")
    edit_role = Role.LEAD
    refusal_name = "members"
    verbose_name_plural = gettext_lazy("members and their roles")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return super().get_queryset(request).select_related("user", "negotiation").order_by("user__username")


def save_members(reader: Reader, negotiation: Negotiation, rows: ServiceRows) -> None:
    """Set the roles that changed and remove whom the lead removed: first who becomes lead, last who leaves."""
    changed = [(place, row) for place, row in enumerate(rows.filled()) if row.has_changed()]
    for place, row in sorted(changed, key=lambda pair: pair[1].cleaned_data["role"] != Role.LEAD):
        user = row.cleaned_data["username"]
        if row.instance._state.adding and Member.objects.filter(negotiation=negotiation, user=user).exists():
            raise Invalid({f"members[{place}].username": gettext("is a member already; change the role in that line")})
        try:
            set_member_role(reader, negotiation, user, row.cleaned_data["role"])
        except Invalid as refusal:
            raise nest_refusal(refusal, "members", place) from refusal
    for row in rows.deleted_forms:
        if not row.instance._state.adding:
            remove_member(reader, row.instance)


@admin.register(Member)
class MemberAdmin(ServiceAdmin):
    """Roles across the negotiations one leads."""

    add_role = change_role = Role.LEAD
    form = MemberForm
    list_display = ("username", "negotiation", "role")
    list_filter = ("role", scoped("negotiation"))
    list_select_related = ("negotiation", "user")
    search_fields = ("user__username", "user__first_name", "user__last_name", "negotiation__title")
    search_help_text = gettext_lazy("User name or negotiation")
    ordering = ("negotiation__title", "user__username")

    @admin.display(description=gettext_lazy("member"), ordering="user__username")
    def username(self, member: Member) -> str:
        return member.user.get_username()

    def get_fields(self, request: HttpRequest, obj: Member | None = None) -> Any:
        return ("negotiation", "username", "role") if obj is None else ("negotiation", "member_name", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Member | None = None) -> Any:
        return () if obj is None else ("negotiation", "member_name")

    @admin.display(description=gettext_lazy("member"))
    def member_name(self, member: Member) -> str:
        return member.user.get_username()

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("username", None)
        elif "negotiation" in form.base_fields:
            form.base_fields["negotiation"].queryset = desk_negotiations(reader_on(request), Role.LEAD)
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, Role.LEAD, obj)

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Member | None) -> Model:
        said = form.cleaned_data
        if existing is not None:
            return set_member_role(reader_on(request), existing.negotiation, existing.user, said["role"])
        if Member.objects.filter(negotiation=said["negotiation"], user=said["username"]).exists():
            raise Invalid({"username": gettext("is a member already; change the role there")})
        return set_member_role(reader_on(request), said["negotiation"], said["username"], said["role"])

    def delete_model(self, request: HttpRequest, obj: Member) -> None:
        remove_member(reader_on(request), obj)
