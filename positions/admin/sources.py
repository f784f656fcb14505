"""Sources: entering a document, fixing its text, saying what it derives from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery, URLField
from django.db.models.functions import Coalesce, Substr
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin, Done, ObjectAction
from positions.admin.anchoring import NEW_TEXT
from positions.admin.base import ScopedAdmin, page_of
from positions.admin.filters import QueueFilter, scoped
from positions.admin.refusals import ServiceRows
from positions.admin.rounds import offer_negotiations
from positions.admin.scope import desk_negotiations, desk_rows, reader_on
from positions.admin.source_forms import DerivationForm, SourceForm, source_facts, twins_of
from positions.admin.statements import count_codings
from positions.admin.tagging import tagging_urls
from positions.admin.words import fill_in, link_to, say_number
from positions.enums import DerivationKind, Role
from positions.models import Source, SourceText, Statement
from positions.queries.access import Reader
from positions.services.sources import facts_of, fix_text, register_source, update_source

SHOWN_CHARACTERS = 60_000
SHOWN_STATEMENTS = 100


def statement_url(source: Source) -> str:
    """Where a statement of the source is added."""
    return f"{reverse('admin:positions_statement_add')}?source={source.pk}"


def tagging_url(source: Source) -> str:
    """Where the text is tagged."""
    return reverse("admin:positions_source_tag", args=[source.pk])


def reader_url(source: Source) -> str:
    """Where the whole text is read."""
    return reverse("source", args=[source.pk])


def may_enter(reader: Reader, source: Source) -> bool:
    """Whether the reader enters sources and statements where the source belongs."""
    return reader.has_role(source.negotiation_id, Role.ANALYST)


def ask_derivation(page: ActionAdmin, request: HttpRequest, source: Source) -> Callable[..., forms.BaseForm]:
    return lambda *args, **kwargs: DerivationForm(*args, source=source, request=request, **kwargs)


def set_derivation(request: HttpRequest, source: Source, form: Any) -> Done:
    said = form.cleaned_data
    update_source(
        reader_on(request),
        source,
        facts_of(source, derived_from=said["derived_from"], derivation_kind=said["derivation_kind"]),
    )
    return Done(gettext("Saved what the source derives from."))


@admin.register(Source)
class SourceAdmin(ActionAdmin):
    """Documents in which somebody states something."""

    add_role = change_role = Role.ANALYST
    form = SourceForm
    change_form_template = "admin/positions/source/change_form.html"
    list_display = (
        "title",
        "negotiation",
        "kind",
        "publisher",
        "published_on",
        "reliability",
        "tlp",
        "attribution",
        "length",
        "statement_count",
    )
    list_filter = (
        scoped("negotiation"),
        QueueFilter,
        "kind",
        "reliability",
        "tlp",
        "attribution",
        "text_access",
        "derivation_kind",
        "language",
    )
    list_select_related = ("negotiation",)
    search_fields = ("title", "key", "publisher", "author", "url")
    search_help_text = gettext_lazy("Title, key, publisher, author or address")
    date_hierarchy = "published_latest"
    ordering = ("-published_latest", "title", "id")
    autocomplete_fields = ("derived_from",)
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    object_actions = (
        ObjectAction("tag", gettext_lazy("Tag"), may_enter, href=tagging_url, tone="primary"),
        ObjectAction("statement", gettext_lazy("Add a statement"), may_enter, href=statement_url),
        ObjectAction("read", gettext_lazy("Open in the reader"), may_enter, href=reader_url),
        ObjectAction(
            "derivation",
            gettext_lazy("Derives from…"),
            may_enter,
            set_derivation,
            ask_derivation,
            intro=gettext_lazy("Copies of one text count once in the evidence."),
        ),
        NEW_TEXT,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        lengths = SourceText.objects.filter(source=OuterRef("pk")).order_by("-version").values("length")[:1]
        in_force = Statement.objects.filter(source=OuterRef("pk"), retired_at=None).order_by().values("source")
        counted = Coalesce(Subquery(in_force.annotate(number=Count("pk")).values("number")), 0)
        rows: QuerySet[Source] = (
            super().get_queryset(request).annotate(text_length=Subquery(lengths), statements_in_force=counted)
        )
        return rows

    @admin.display(description=gettext_lazy("characters"), ordering="text_length")
    def length(self, source: Any) -> str:
        return gettext("no text") if source.text_length is None else say_number(source.text_length)

    @admin.display(description=gettext_lazy("statements"), ordering="statements_in_force")
    def statement_count(self, source: Any) -> int:
        return int(source.statements_in_force)

    def get_fieldsets(self, request: HttpRequest, obj: Source | None = None) -> Any:
        has_text = obj is not None and obj.texts.exists()
        return (
            (None, {"fields": ("negotiation", "title", ("kind", "published_on"), ("publisher", "author"), "url")}),
            (gettext("Text"), {"fields": ("text_shown",) if has_text else ("text",)}),
            (
                gettext("Grade, marking and ground rule"),
                {"fields": (("reliability", "tlp"), ("attribution", "text_access"))},
            ),
            (
                gettext("More"),
                {"fields": ("language", "archive_url", ("derived_from", "derivation_kind"), "note", "key")},
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        return () if obj is None else ("negotiation", "text_shown")

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return offer_negotiations(form, desk_negotiations(reader_on(request)))

    @admin.display(description=gettext_lazy("text"))
    def text_shown(self, source: Source) -> SafeString:
        """The beginning of the text; the reader shows all of it."""
        text = (
            source.texts.order_by("-version")
            .defer("text")
            .annotate(beginning=Substr("text", 1, SHOWN_CHARACTERS))
            .first()
        )
        return SafeString(render_to_string("admin/positions/source/text.html", {"text": text, "source": source}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        shown = getattr(response, "context_data", None)
        if shown and shown.get("original") is not None:
            statements = statements_of(reader_on(request), shown["original"])
            shown["statements"] = statements[:SHOWN_STATEMENTS]
            shown["more_statements"] = max(0, statements.count() - SHOWN_STATEMENTS)
        return response

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Source | None) -> Model:
        reader, said = reader_on(request), form.cleaned_data
        text = said.get("text") or None
        if existing is None:
            source = register_source(reader, said["negotiation"], source_facts(said), text=text)
        else:
            source = update_source(reader, existing, source_facts(said))
            if text:
                fix_text(reader, source, text)
        if text:
            self.warn_of_twins(request, source, text)
        return source

    def warn_of_twins(self, request: HttpRequest, source: Source, canonical: str) -> None:
        """Say where else the same text stands, and offer to note that this one derives from it."""
        for twin in twins_of(source, canonical):
            if source.derived_from_id == twin.pk:
                continue
            query = urlencode({"derived_from": twin.pk, "derivation_kind": DerivationKind.REPOST.value})
            offer = f"{self.action_url(source, 'derivation')}?{query}"
            words = gettext(
                "The same text is in %(source)s. If this is a copy, %(link)snote what it derives from%(end)s: "
                "copies count once."
            )
            other = format_html('<a href="{}" dir="auto">{}</a>', page_of(twin), twin.title)
            messages.warning(request, fill_in(words, source=other, **link_to(offer)))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if {"_addanother", "_continue", "_popup"} & request.POST.keys():
            return super().response_add(request, obj, post_url_continue)
        messages.success(
            request,
            fill_in(
                gettext("Added “%(source)s”. %(link)sAdd its first statement%(end)s."),
                source=format_html("<bdi>{}</bdi>", obj.title),
                **link_to(statement_url(obj)),
            ),
        )
        return HttpResponseRedirect(page_of(obj))

    def get_urls(self) -> list[URLPattern]:
        return [*tagging_urls(self.admin_site), *super().get_urls()]


def statements_of(reader: Reader, source: Source) -> QuerySet[Statement]:
    """The statements of a source in force, in the order of the text."""
    rows = count_codings(reader, desk_rows(reader, Statement))
    return rows.filter(source=source, retired_at=None).select_related("asserted_by", "round").order_by("start", "id")


@admin.register(SourceText)
class SourceTextAdmin(ScopedAdmin):
    """The versions of sources' texts: fixed at ingest, never changed."""

    list_display = ("source", "version", "length", "extraction", "recorded_at", "short_digest")
    list_filter = (scoped("source__negotiation"), "extraction")
    list_select_related = ("source__negotiation",)
    search_fields = ("source__title", "source__key", "sha256")
    search_help_text = gettext_lazy("Title or key of the source, or SHA-256")
    date_hierarchy = "recorded_at"
    ordering = ("-recorded_at", "id")
    fields = ("source", "version", "length", "sha256", "extraction", "recorded_at", "beginning")
    readonly_fields = ("beginning",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SourceText]:
        return super().get_queryset(request).defer("text")

    @admin.display(description=gettext_lazy("SHA-256"))
    def short_digest(self, text: SourceText) -> str:
        return text.sha256[:12]

    @admin.display(description=gettext_lazy("text"))
    def beginning(self, text: SourceText) -> SafeString:
        shown = SourceText.objects.defer("text").annotate(beginning=Substr("text", 1, SHOWN_CHARACTERS)).get(pk=text.pk)
        return SafeString(render_to_string("admin/positions/source/text.html", {"text": shown, "source": text.source}))
