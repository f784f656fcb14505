"""What can be done to one record beyond filling in its form: a button, a small form, one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import quote, unquote
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import AT_ONCE, ServiceAdmin, page_of
from positions.admin.refusals import report_refusal
from positions.admin.scope import reader_on
from positions.admin.words import name_column
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.queries.access import Reader

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Done:
    """What an action did, in words, and where to go next (null: back to the record)."""

    message: str
    url: str | None = None


FormMaker = Callable[["ActionAdmin", HttpRequest, Any], Callable[..., forms.BaseForm]]
FormReader = Callable[[HttpRequest, Any], dict[str, Any]]


def nothing_more(request: HttpRequest, record: Any) -> dict[str, Any]:
    """No further context."""
    return {}


def stay(request: HttpRequest, record: Any, form: Any) -> Done:
    """Nothing to do: the button is a link."""
    return Done("")


@dataclass(frozen=True)
class ObjectAction:
    """A button on a record's page.

    ``allowed`` decides whether it shows; the service decides whether it happens. Without ``form``
    the button acts at once; with it, it opens a page with that form; with ``href`` it only leads there.
    """

    slug: str
    label: StrOrPromise
    allowed: Callable[[Reader, Any], bool]
    run: Callable[[HttpRequest, Any, Any], Done] = stay
    form: FormMaker | None = None
    href: Callable[[Any], str] | None = None
    intro: StrOrPromise = ""
    tone: str = ""
    context: FormReader = nothing_more
    template: str = "admin/positions/action.html"

    @property
    def title(self) -> str:
        """The label without the dots that announce a page in between."""
        return str(self.label).rstrip("…")

    @property
    def acts_at_once(self) -> bool:
        """Whether pressing the button already does it, without a page in between."""
        return self.form is None and self.href is None


class NoForm(forms.Form):
    """Nothing to fill in: the button says it all."""


class ReasonForm(forms.Form):
    """Why: the record keeps it."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("A few words; the record keeps them."),
        required=False,
        label=gettext_lazy("Reason"),
    )


def ask_reason(page: ActionAdmin, request: HttpRequest, record: Any) -> Callable[..., forms.BaseForm]:
    """The form maker of actions that need only a reason."""
    return ReasonForm


# Fields in which people write sentences.
WRITTEN = ("comment", "reason", "condition_lines")
NOT_ALLOWED = gettext_lazy(
    "Your role does not allow this, or no longer does, or the record is gone. Nothing was saved."
)


def typed_words(request: HttpRequest) -> list[tuple[str, str]]:
    """What was written in a form that was sent: what the field is called, and its words."""
    written = ((name.removesuffix("_lines"), request.POST.get(name, "")) for name in WRITTEN)
    return [(name_column(name), words) for name, words in written if words.strip()]


def keep_words(page: ServiceAdmin, request: HttpRequest, refusal: StrOrPromise) -> HttpResponse:
    """An answer that gives back what was typed to somebody who may no longer send it; it shows no record."""
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Not saved"),
        "opts": page.opts,
        "refusal": refusal,
        "typed": typed_words(request),
    }
    return TemplateResponse(request, "admin/positions/kept_words.html", context, status=403)


class ActionAdmin(ServiceAdmin):
    """A page with buttons."""

    object_actions: tuple[ObjectAction, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.action_view)
        own = [
            path(f"<path:object_id>/{action.slug}/", view, {"slug": action.slug}, name=self.url_name(action.slug))
            for action in self.object_actions
            if action.href is None
        ]
        return [*own, *super().get_urls()]

    def url_name(self, slug: str) -> str:
        return f"positions_{self.opts.model_name}_{slug.replace('-', '_')}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        shown = getattr(response, "context_data", None)
        if shown and shown.get("original") is not None:
            shown["object_actions"] = self.actions_on(request, shown["original"])
        return response

    def actions_on(self, request: HttpRequest, record: Model) -> list[dict[str, Any]]:
        """The buttons that the reader's role and the record's standing allow."""
        reader = reader_on(request)
        return [
            {"action": action, "url": action.href(record) if action.href else self.action_url(record, action.slug)}
            for action in self.object_actions
            if action.allowed(reader, record)
        ]

    def action_url(self, record: Model, slug: str) -> str:
        return reverse(f"admin:{self.url_name(slug)}", args=[quote(str(record.pk))])

    def action_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        chosen = next(action for action in self.object_actions if action.slug == slug)
        record = self.get_object(request, unquote(object_id))
        if record is None or not self.has_view_permission(request, record):
            if typed_words(request):
                return keep_words(self, request, NOT_ALLOWED)
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not chosen.allowed(reader_on(request), record):
            refusal = gettext("“%(action)s” is not possible: not in your role, or not now. Nothing was saved.") % {
                "action": chosen.title
            }
            if typed_words(request):
                return keep_words(self, request, refusal)
            messages.error(request, refusal)
            return HttpResponseRedirect(page_of(record))
        return self.run_action(request, record, chosen)

    def run_action(self, request: HttpRequest, record: Any, chosen: ObjectAction) -> HttpResponse:
        """Show an action's form, or act and say what was done."""
        make = chosen.form(self, request, record) if chosen.form else NoForm
        form = make(request.POST) if request.method == "POST" else make(initial=request.GET.dict())
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    done = chosen.run(request, record, form)
            except Invalid as refusal:
                report_refusal(form, refusal)
            except (Conflict, NotPermitted, NotVisible) as refusal:
                form.add_error(None, gettext("%(refusal)s Nothing was saved.") % {"refusal": refusal})
            except IntegrityError:
                form.add_error(None, AT_ONCE)
            else:
                messages.success(request, done.message)
                return HttpResponseRedirect(done.url or page_of(record))
            if chosen.form is None:
                for problem in form.non_field_errors():
                    messages.error(request, str(problem))
                return HttpResponseRedirect(page_of(record))
        return self.show_action(request, record, chosen, form)

    def show_action(self, request: HttpRequest, record: Any, chosen: ObjectAction, form: Any) -> HttpResponse:
        shape = [(None, {"fields": [name for name, field in form.fields.items() if not field.widget.is_hidden]})]
        laid_out = helpers.AdminForm(form, getattr(form, "fieldsets", None) or shape, {}, model_admin=None)
        context = {
            **self.admin_site.each_context(request),
            "title": chosen.title,
            "subtitle": str(record),
            "opts": self.opts,
            "original": record,
            "action": chosen,
            "adminform": laid_out,
            "errors": form.errors,
            "media": self.media + form.media,
            "record_url": reverse(f"admin:positions_{self.opts.model_name}_change", args=[quote(str(record.pk))]),
            **chosen.context(request, record),
        }
        return TemplateResponse(request, chosen.template, context)
