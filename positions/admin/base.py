"""What every page of the desk shares: whose rows it shows, who may change them, and that services write.

No page saves a model. A change goes through :meth:`ServiceAdmin.write`, which calls one service; what
the service refuses comes back at the fields of the form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError
from django.db.models import Field, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from positions.admin.history import EventHistory
from positions.admin.refusals import (
    RowForm,
    ServiceForm,
    ServiceRows,
    keep_refusal,
    refusal_on,
    refused_rows,
)
from positions.admin.scope import NEGOTIATION_PATHS, READABLE, desk_rows, negotiation_of, note_reads, reader_on
from positions.enums import Role
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Issue, Party, Person
from positions.queries.access import unmerged
from positions.services.events import snapshot

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    Inline = InlineModelAdmin[Any, Any]
    TabularInline = admin.TabularInline[Any, Any]
    StackedInline = admin.StackedInline[Any, Any]
else:
    ModelAdmin, Inline = admin.ModelAdmin, InlineModelAdmin
    TabularInline, StackedInline = admin.TabularInline, admin.StackedInline

ADMINISTRATOR = "administrator"
MERGED: tuple[type[Model], ...] = (Party, Person, Issue)
NOT_OPEN = gettext_lazy("Nothing here is open to you by that address.")
ROLE_GONE = gettext_lazy("Your role does not allow this, or no longer does. Nothing was saved.")
AT_ONCE = gettext_lazy(
    "Somebody saved the same thing at the same moment. Nothing of yours was saved; "
    "look at what is there now and try again."
)
OUT_OF_REACH = gettext_lazy("Choose one that is offered; this one does not exist or is not open to you.")
LOOKUP_ENDINGS = (
    "",
    "__exact",
    "__isnull",
    "__isempty",
    "__in",
    "__gte",
    "__gt",
    "__lte",
    "__lt",
    "__year",
    "__month",
    "__day",
)


def page_of(record: Model) -> str:
    """The address of a record's page at the desk."""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[quote(str(record.pk))])


def holds(request: HttpRequest, role: str | None, record: Model | None = None) -> bool:
    """Whether the user holds ``role`` where ``record`` belongs, or anywhere when there is none."""
    reader = reader_on(request)
    if role is None or reader.user is None or not reader.user.is_staff:
        return False
    if reader.is_administrator or role == ADMINISTRATOR:
        return reader.is_administrator
    negotiation = None if record is None else negotiation_of(record)
    return reader.has_role(negotiation.pk, Role(role)) if negotiation is not None else bool(reader.ids_from(Role(role)))


def offered_rows(request: HttpRequest, model: type[Model]) -> QuerySet[Any]:
    """The rows of ``model`` to choose from: those of the reader's negotiations that were not merged into others."""
    rows = desk_rows(reader_on(request), model)
    return unmerged(rows) if model in MERGED else rows


class ScopedChoices:
    """Relations are chosen from what the reader may see, whether in a select box or by search."""

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        remote = db_field.remote_field.model
        if remote in READABLE or remote in NEGOTIATION_PATHS:
            return offered_rows(request, remote)
        found: QuerySet[Any] | None = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        return found

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(field, ModelChoiceField):
            field.error_messages["invalid_choice"] = OUT_OF_REACH
        return field


class ScopedAdmin(ScopedChoices, EventHistory, ModelAdmin):
    """Rows within the reader's negotiations; viewing from ``view_role``, everything else switched off."""

    view_role: str = Role.ANALYST
    add_role: str | None = None
    change_role: str | None = None
    actions = None
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_form_template = "admin/positions/change_form.html"
    save_as = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = desk_rows(reader_on(request), self.model)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        record = super().get_object(request, object_id, from_field)
        if record is not None:
            note_reads(request, negotiation_of(record))
        return record

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = str(self.opts.verbose_name_plural).capitalize()
        response = super().changelist_view(request, {"title": title, **(extra_context or {})})
        listed = getattr(response, "context_data", None) or {}
        reader = reader_on(request)
        if (
            reader.is_administrator
            and "cl" in listed
            and self.model in NEGOTIATION_PATHS
            and not self._lists_names_only()
        ):
            note_reads(request, *(negotiation_of(row) for row in listed["cl"].result_list))
        return response

    def _lists_names_only(self) -> bool:
        """Whether the list says no more than that a negotiation exists."""
        return NEGOTIATION_PATHS.get(self.model) == "pk"

    # -- who may

    def has_module_permission(self, request: HttpRequest) -> bool:
        return holds(request, self.view_role)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.view_role, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return holds(request, self.add_role)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.change_role, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    # -- searching and filtering reveal nothing

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the list's own filters ask: a path through another relation could tell of hidden rows."""
        names: set[Any] = {self.date_hierarchy} if self.date_hierarchy else set()
        for item in self.get_list_filter(request) if request is not None else self.list_filter:
            names.add(item[0] if isinstance(item, list | tuple) else getattr(item, "parameter_name", None) or item)
        return any(
            lookup == f"{name}{ending}" for name in names for ending in (*LOOKUP_ENDINGS, "__id__exact", "__id__in")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows that match; a select box that belongs to one negotiation asks for that negotiation's only."""
        path, within = NEGOTIATION_PATHS.get(self.model), request.GET.get("within")
        if self.model in MERGED and request.path.endswith("/autocomplete/"):
            queryset = unmerged(queryset)
        if path and within:
            try:
                queryset = queryset.filter(**{f"{path}__pk" if path != "pk" else "pk": within})
            except (ValueError, forms.ValidationError):
                queryset = queryset.none()
        return super().get_search_results(request, queryset, search_term.replace("\x00", ""))

    # -- the log is the services'

    def log_addition(self, request: HttpRequest, object: Model, message: Any) -> Any:
        """The service kept the event."""

    def log_change(self, request: HttpRequest, object: Model, message: Any) -> Any:
        """The service kept the event."""

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """The service kept the event."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        return []

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponseRedirect:
        messages.warning(
            request, format_lazy("{} {}", NOT_OPEN, gettext("It may never have existed, or your role changed."))
        )
        return HttpResponseRedirect(reverse("admin:index"))


class ServiceAdmin(ScopedAdmin):
    """A page whose form is saved by a service."""

    form = ServiceForm

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Any | None) -> Model:
        """Call the service that saves the form and the lists under it; ``existing`` is null for an addition."""
        raise NotImplementedError

    def standing(self, record: Model) -> str:
        """What the form of a record shows, as a short digest: the change of another person alters it."""
        facts = json.dumps(snapshot(record), cls=DjangoJSONEncoder, sort_keys=True)
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if issubclass(form, ServiceForm):
            form.refusal = refusal_on(request)
            form.row_names = frozenset(
                inline.refusal_name for inline in self.get_inlines(request, obj) if issubclass(inline, ServiceInline)
            )
            form.standing = self.standing(obj) if change and obj is not None else ""
        return form

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return form.instance

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Wait for the lists: the service gets them with the record."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        rows = {formset.refusal_name: formset for formset in formsets if isinstance(formset, ServiceRows)}
        saved = self.write(request, form, rows, form.instance if change else None)
        form.instance.pk = saved.pk
        form.instance.refresh_from_db()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Invalid as refusal:
            keep_refusal(request, refusal)
        except (Conflict, NotPermitted, NotVisible) as refusal:
            keep_refusal(request, Invalid(gettext("%(refusal)s Nothing was saved.") % {"refusal": refusal}))
        except IntegrityError:
            keep_refusal(request, Invalid(str(AT_ONCE)))
        except PermissionDenied:
            if request.method != "POST":
                raise
            return self.turn_away(request, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def turn_away(self, request: HttpRequest, object_id: str | None) -> HttpResponse:
        """Say that the role is gone and show what may still be seen."""
        messages.error(request, ROLE_GONE)
        record = self.get_object(request, object_id) if object_id else None
        if record is not None and self.has_view_permission(request, record):
            return HttpResponseRedirect(page_of(record))
        return HttpResponseRedirect(reverse("admin:index"))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes is what the service removes; nothing else hangs on it."""
        return [str(record) for record in objs], {}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        try:
            return super().delete_view(request, object_id, extra_context)
        except (Conflict, NotPermitted, NotVisible, Invalid) as refusal:
            messages.error(request, gettext("%(refusal)s Nothing was removed.") % {"refusal": refusal})
        except PermissionDenied:
            if request.method != "POST":
                raise
            return self.turn_away(request, object_id)
        return HttpResponseRedirect(reverse(f"admin:positions_{self.opts.model_name}_change", args=[object_id]))


class ScopedInline(ScopedChoices, Inline):
    """A list under a record: seen by whoever sees the record."""

    extra = 0
    view_role: str = Role.ANALYST
    edit_role: str | None = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = desk_rows(reader_on(request), self.model)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.view_role, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.edit_role, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.edit_role, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return holds(request, self.edit_role, obj)


class ServiceInline(ScopedInline):
    """A list that is handed to the service together with its record; ``refusal_name`` is what the service calls it."""

    form = RowForm
    formset = ServiceRows
    refusal_name = ""

    def get_formset(self, request: HttpRequest, obj: Any | None = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.refused = refused_rows(refusal_on(request), self.refusal_name)
        formset.refusal_name = self.refusal_name
        return formset


def choose_within(form: forms.BaseForm, negotiation: Model, names: Sequence[str]) -> None:
    """Offer only rows of ``negotiation`` in the relation fields ``names``."""
    for name in names:
        field = form.fields.get(name)
        if isinstance(field, ModelChoiceField) and field.queryset is not None:
            path = NEGOTIATION_PATHS[field.queryset.model]
            field.queryset = field.queryset.filter(**{path: negotiation.pk})
            box: Any = getattr(field.widget, "widget", field.widget)
            if hasattr(box, "within"):
                box.within = negotiation.pk
