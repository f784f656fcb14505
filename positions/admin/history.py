"""The history of a record, told from the project's own log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from positions.admin.scope import reader_on
from positions.admin.words import name_column, say_yes_no
from positions.models import Event
from positions.queries.access import events_for

EVENTS_A_PAGE = 50
# "step" is what the tagging page needs to take a step back
UNSPOKEN = {"id", "negotiation", "step"}


@dataclass(frozen=True)
class Difference:
    """One column that an event changed, in words."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """An event with what it changed."""

    event: Event
    differences: list[Difference]


def say_value(value: Any) -> str:
    """A logged value in words."""
    if value in (None, "", [], {}):
        return "–"
    if value is True or value is False:
        return say_yes_no(value)
    if isinstance(value, dict):
        return "; ".join(f"{name_column(name)}: {say_value(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(say_value(each) for each in value)
    return str(value)


def differences_of(event: Event) -> list[Difference]:
    """The columns whose value an event changed; all that were set where it added something."""
    before, after = event.before or {}, event.after or {}
    names = [name for name in dict.fromkeys((*before, *after)) if name not in UNSPOKEN]
    return [
        Difference(name_column(name), say_value(before.get(name)), say_value(after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
        and (say_value(before.get(name)), say_value(after.get(name))) != ("–", "–")
    ]


class EventHistory:
    """Shows our events of a record where the stock admin shows its own entries."""

    object_history_template: Any = "admin/positions/object_history.html"

    def history_subjects(self, record: Model) -> Iterable[tuple[str, str]]:
        """Type and id of everything whose events belong to the record's history."""
        return [(record._meta.model_name or "", str(record.pk))]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page: Any = self
        record = page.get_object(request, unquote(object_id))
        if record is None:
            missing: HttpResponse = page._get_obj_does_not_exist_redirect(request, page.opts, object_id)
            return missing
        about = Q(pk__in=())
        for kind, pk in self.history_subjects(record):
            about |= Q(subject_type=kind, subject_id=pk)
        pages = Paginator(events_for(reader_on(request)).filter(about).order_by("-id"), EVENTS_A_PAGE)
        entries = pages.get_page(request.GET.get("p"))
        context = {
            **page.admin_site.each_context(request),
            "title": gettext("History of %(kind)s") % {"kind": page.opts.verbose_name},
            "subtitle": str(record),
            "entries": [Entry(event, differences_of(event)) for event in entries.object_list],
            "page": entries,
            "object": record,
            "opts": page.opts,
            "module_name": str(page.opts.verbose_name_plural),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)
