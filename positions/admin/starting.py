"""Where a new record starts: the source or statement it belongs to, and what was entered last."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext

from positions.admin.base import NOT_OPEN, ScopedAdmin, holds
from positions.admin.scope import desk_rows, reader_on
from positions.admin.widgets import search_box
from positions.admin.words import name_column
from positions.enums import Role
from positions.models import Negotiation

Starting = TypeVar("Starting", bound=Model)
LAST_USED = "desk_last_used"


def chosen_record(request: HttpRequest, model: type[Starting]) -> Starting | None:
    """The record that the address names, such as ``?source=…``; null where there is none for the reader."""
    name = model._meta.model_name or ""
    kept: dict[str, Any] = getattr(request, "_desk_chosen", {})
    if name not in kept:
        asked = request.GET.get(name, "")
        try:
            kept[name] = (
                desk_rows(reader_on(request), model).select_related("negotiation").get(pk=asked) if asked else None
            )
        except (ObjectDoesNotExist, ValidationError, ValueError):
            kept[name] = None
        request._desk_chosen = kept  # type: ignore[attr-defined]
    chosen: Starting | None = kept[name]
    return chosen


def show_choice(
    page: ScopedAdmin,
    request: HttpRequest,
    model: type[Model],
    asking: type[Model],
    field: str,
    title: str,
    subtitle: str,
) -> HttpResponse:
    """Ask for the record that a new one belongs to."""
    if not holds(request, Role.ANALYST):
        return page._get_obj_does_not_exist_redirect(request, page.opts, "")
    if request.GET.get(field):
        messages.error(
            request,
            format_lazy(
                "{} {}", NOT_OPEN, gettext("It may never have existed, or your role changed. Nothing was saved.")
            ),
        )
    form = forms.Form()
    form.fields[field] = forms.ModelChoiceField(
        desk_rows(reader_on(request), model),
        widget=search_box(asking, field),
        label=capfirst(name_column(field)),
    )
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "subtitle": subtitle,
        "opts": page.opts,
        "form": form,
        "media": page.media + form.media,
    }
    return TemplateResponse(request, "admin/positions/choose.html", context)


def remember(request: HttpRequest, negotiation: Negotiation, **used: Any) -> None:
    """Keep what was used last in a negotiation, for the next form."""
    kept = request.session.get(LAST_USED, {})
    kept[str(negotiation.pk)] = {
        name: str(value.pk) if isinstance(value, Model) else value for name, value in used.items()
    }
    request.session[LAST_USED] = kept


def recall(request: HttpRequest, negotiation: Negotiation, name: str) -> Any:
    """What was used last there; null where nothing was."""
    return request.session.get(LAST_USED, {}).get(str(negotiation.pk), {}).get(name)
