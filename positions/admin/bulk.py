"""Changes to many records from a list: choose, say what is to change, look at what that would do, confirm.

The page that asks, the preview and the confirmation are one view; nothing is written before the
last, and then by one service, which keeps the way back as a change set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import AT_ONCE, ServiceAdmin, holds, page_of
from positions.admin.refusals import report_refusal
from positions.admin.scope import desk_rows, negotiation_of, note_reads, reader_on
from positions.admin.words import quote_start, say_count, say_number
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import ChangeSet, Coding, Statement
from positions.queries.access import Reader
from positions.services.housekeeping import AT_MOST, Line, Preview
from positions.services.merging import MergePreview

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REASON = gettext_lazy("A few words; the record keeps them.")
Said = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """One line of a preview as the page shows it."""

    url: str
    name: str
    quote: str
    line: Line


@dataclass(frozen=True)
class BulkAction:
    """An entry in the list's menu of actions; ``role`` is the least that may open it, services decide the rest."""

    slug: str
    label: StrOrPromise
    role: str
    form: Callable[[HttpRequest, Sequence[Any]], type[forms.Form]]
    preview: Callable[[Reader, Sequence[Any], Said], Preview | MergePreview]
    run: Callable[[Reader, Sequence[Any], Said], ChangeSet]
    intro: StrOrPromise
    related: tuple[str, ...] = ()
    danger: bool = False

    @property
    def title(self) -> str:
        """The label without the dots that announce a page in between."""
        return str(self.label).rstrip("…")


class BulkForm(forms.Form):
    """Nothing to choose; the reason and whether to leave out what is refused come with the preview."""

    records = forms.CharField(widget=forms.HiddenInput)


class ConfirmForm(forms.Form):
    """Why, and what becomes of the records that are refused."""

    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=REASON,
        label=gettext_lazy("Reason"),
    )
    leave_out_refused = forms.BooleanField(
        required=False, label=gettext_lazy("Leave out the records that are refused, and change the others")
    )


def nothing_to_choose(request: HttpRequest, records: Sequence[Any]) -> type[forms.Form]:
    """The form of an action that asks nothing."""
    return BulkForm


class BulkAdmin(ServiceAdmin):
    """A list whose rows can be changed together."""

    bulk_actions: tuple[BulkAction, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.bulk_view)
        own = [
            path(f"several/{action.slug}/", view, {"slug": action.slug}, name=self.bulk_name(action))
            for action in self.bulk_actions
        ]
        return [*own, *super().get_urls()]

    def bulk_name(self, action: BulkAction) -> str:
        return f"positions_{self.opts.model_name}_several_{action.slug.replace('-', '_')}"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        if "_popup" in request.GET:
            return {}
        return {
            action.slug: (self._opener(action), action.slug, action.label)
            for action in self.bulk_actions
            if holds(request, action.role)
        }

    def _opener(self, action: BulkAction) -> Callable[..., HttpResponse]:
        def open_page(page: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
            ids = list(chosen.order_by().values_list("pk", flat=True)[: AT_MOST + 1])
            return self.show_bulk(request, action, ids)

        return open_page

    def bulk_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        action = next(action for action in self.bulk_actions if action.slug == slug)
        if request.method != "POST" or not holds(request, action.role):
            return self.back_to_list(request, gettext("Choose the records on the list first."))
        return self.show_bulk(request, action, read_ids(request.POST.get("records", "")))

    def back_to_list(self, request: HttpRequest, words: str) -> HttpResponse:
        messages.error(request, words)
        return HttpResponseRedirect(reverse(f"admin:positions_{self.opts.model_name}_changelist"))

    def show_bulk(self, request: HttpRequest, action: BulkAction, ids: Sequence[UUID]) -> HttpResponse:
        """Ask, preview or do, as the pressed button says."""
        if len(ids) > AT_MOST:
            return self.back_to_list(
                request,
                gettext("More than %(at_most)s records are too many at once; filter the list, then do them in turns.")
                % {"at_most": say_number(AT_MOST)},
            )
        records = self.bulk_records(request, action, ids)
        if not records:
            return self.back_to_list(request, gettext("None of these records is open to you any more; choose again."))
        pressed = "_preview" in request.POST or "_confirm" in request.POST
        hidden = {"records": ",".join(str(record.pk) for record in records)}
        try:
            maker = action.form(request, records)
        except (Invalid, Conflict) as refusal:
            return self.back_to_list(request, gettext("%(refusal)s Nothing was changed.") % {"refusal": refusal})
        form = maker(request.POST) if pressed else maker(initial=hidden)
        asks_nothing = set(form.fields) == {"records"}
        if asks_nothing and not pressed:
            form = maker(hidden)
        confirm = ConfirmForm(request.POST if "_confirm" in request.POST else None)
        preview = self._previewed(request, action, records, form) if form.is_bound and form.is_valid() else None
        if preview is not None and "_confirm" in request.POST and confirm.is_valid():
            done = self._done(request, action, records, form, confirm)
            if done is not None:
                return done
        return self._bulk_page(request, action, records, form, confirm, preview)

    def bulk_records(self, request: HttpRequest, action: BulkAction, ids: Sequence[UUID]) -> list[Any]:
        """The chosen rows that are open to the reader, in the order of the list."""
        rows = desk_rows(reader_on(request), self.model).filter(pk__in=ids).select_related(*action.related)
        records = list(rows.order_by(*self.get_ordering(request)))
        note_reads(request, *{negotiation_of(record) for record in records})
        return records

    def _previewed(
        self, request: HttpRequest, action: BulkAction, records: Sequence[Any], form: forms.Form
    ) -> Preview | MergePreview | None:
        try:
            return action.preview(reader_on(request), records, form.cleaned_data)
        except Invalid as refusal:
            report_refusal(form, refusal)
        except (Conflict, NotPermitted, NotVisible) as refusal:
            form.add_error(None, gettext("%(refusal)s Nothing was changed.") % {"refusal": refusal})
        return None

    def _done(
        self,
        request: HttpRequest,
        action: BulkAction,
        records: Sequence[Any],
        form: forms.Form,
        confirm: forms.Form,
    ) -> HttpResponse | None:
        try:
            with transaction.atomic():
                change_set = action.run(reader_on(request), records, {**form.cleaned_data, **confirm.cleaned_data})
        except Invalid as refusal:
            asked = {name: words for name, words in refusal.errors.items() if name in confirm.fields}
            rest = {name: words for name, words in refusal.errors.items() if name not in confirm.fields}
            if asked:
                report_refusal(confirm, Invalid(asked))
            if rest:
                report_refusal(form, Invalid(rest))
        except (Conflict, NotPermitted, NotVisible) as refusal:
            form.add_error(None, gettext("%(refusal)s Nothing was changed.") % {"refusal": refusal})
        except IntegrityError:
            form.add_error(None, AT_ONCE)
        else:
            messages.success(
                request,
                gettext("%(change_set)s. It can be undone here while nothing is built on it.")
                % {"change_set": change_set.title},
            )
            return HttpResponseRedirect(page_of(change_set))
        return None

    def _bulk_page(
        self,
        request: HttpRequest,
        action: BulkAction,
        records: Sequence[Any],
        form: forms.Form,
        confirm: forms.Form,
        preview: Preview | MergePreview | None,
    ) -> HttpResponse:
        fields = [name for name, field in form.fields.items() if not field.widget.is_hidden]
        lines = preview.lines if isinstance(preview, Preview) else [Line(record) for record in records]
        context = {
            **self.admin_site.each_context(request),
            "title": action.title,
            "subtitle": "",
            "opts": self.opts,
            "action": action,
            "form": form,
            "adminform": _laid_out(form, fields),
            "asks": bool(fields),
            "confirm": _laid_out(confirm, self._confirm_fields(preview)),
            "errors": bool(form.errors or confirm.errors),
            "preview": preview,
            "is_merge": isinstance(preview, MergePreview),
            "counts": _counted(preview),
            "can_confirm": _can_confirm(preview),
            "shown": [Shown(page_of(line.record), *name_record(line.record), line) for line in lines],
            "address": reverse(f"admin:{self.bulk_name(action)}"),
            "list_url": reverse(f"admin:positions_{self.opts.model_name}_changelist"),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/positions/bulk.html", context)

    def _confirm_fields(self, preview: Preview | MergePreview | None) -> list[str]:
        refused = isinstance(preview, Preview) and preview.refused
        return ["reason", "leave_out_refused"] if refused else ["reason"]


def _laid_out(form: Any, fields: list[str]) -> helpers.AdminForm:
    return helpers.AdminForm(form, [(None, {"fields": fields})], {}, model_admin=None)


def _counted(preview: Preview | MergePreview | None) -> list[str]:
    """How many of what a merge touches, in words."""
    if not isinstance(preview, MergePreview):
        return []
    return [say_count(name, number) for name, number in preview.counts if number]


def _can_confirm(preview: Preview | MergePreview | None) -> bool:
    if isinstance(preview, MergePreview):
        return not preview.conflicts
    return preview is not None and bool(preview.changed)


def read_ids(words: str) -> list[UUID]:
    """The ids in a hidden field; what is no id is left out, as what is not open to the reader is."""
    found = []
    for word in words.split(",")[: AT_MOST + 1]:
        try:
            found.append(UUID(word.strip()))
        except ValueError:
            continue
    return found


def name_record(record: Model) -> tuple[str, str]:
    """A record in a preview: its name, and the words it quotes."""
    if isinstance(record, Statement):
        return f"{record.asserted_by}, {record.stated_on}", quote_start(record.exact, 160)
    if isinstance(record, Coding):
        words = gettext("%(party)s on %(issue)s") % {"party": record.party, "issue": record.issue}
        return words, quote_start(record.statement.exact, 160)
    return str(record), ""
