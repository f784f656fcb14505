"""Statements: quoting a passage and coding it in one step, correcting and withdrawing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin, Done, ObjectAction, ask_reason
from positions.admin.anchoring import SETTLE_ANCHOR
from positions.admin.base import ScopedAdmin, ServiceInline, StackedInline, holds, page_of
from positions.admin.bulk import BulkAdmin
from positions.admin.bulk_actions import STATEMENT_ACTIONS
from positions.admin.coding_forms import ReadingRowForm, reading_errors, reading_facts
from positions.admin.filters import QueueFilter, StandingFilter, scoped
from positions.admin.refusals import ServiceRows, nest_refusal
from positions.admin.relations import RELATE, relations_on_page
from positions.admin.scope import desk_rows, note_reads, reader_on
from positions.admin.starting import chosen_record, recall, remember, show_choice
from positions.admin.statement_forms import LAYOUT, CorrectedStatementForm, NewStatementForm, statement_facts
from positions.admin.words import fill_in, quote_start
from positions.enums import Role
from positions.exceptions import Invalid
from positions.models import Coding, Source, SourceText, Statement, StatementGroup
from positions.queries.access import Reader, codings_for
from positions.services.coding import code_statement, submit_coding
from positions.services.statements import (
    correct_statement,
    newest_text,
    record_joint_statement,
    record_statement,
    role_to_correct,
    withdraw_statement,
)

TEXT_BESIDE = 400_000


def may_correct(reader: Reader, statement: Statement) -> bool:
    """Whether the statement is in force and the reader may replace or withdraw it."""
    return statement.retired_at is None and reader.has_role(
        statement.negotiation_id, role_to_correct(statement.negotiation.review_policy, statement)
    )


def may_code(reader: Reader, statement: Statement) -> bool:
    """Whether the statement is in force and the reader codes where it belongs."""
    return statement.retired_at is None and reader.has_role(statement.negotiation_id, Role.ANALYST)


def ask_correction(page: ActionAdmin, request: HttpRequest, statement: Statement) -> Callable[..., forms.BaseForm]:
    form = type(
        "CorrectedStatementForm", (CorrectedStatementForm,), {"reader": reader_on(request), "source": statement.source}
    )
    return lambda *args, **kwargs: form(*args, instance=statement, **kwargs)


def correct(request: HttpRequest, statement: Statement, form: Any) -> Done:
    corrected = correct_statement(
        reader_on(request), statement, statement_facts(form.cleaned_data), form.cleaned_data["reason"]
    )
    return Done(
        gettext("Corrected. The old statement is kept, retired, and its codings were issued again on this one."),
        page_of(corrected),
    )


def withdraw(request: HttpRequest, statement: Statement, form: Any) -> Done:
    withdraw_statement(reader_on(request), statement, form.cleaned_data["reason"])
    return Done(gettext("Withdrawn, with its codings. What was known before stays known."))


def coding_url(statement: Statement) -> str:
    """Where a reading of the statement is added."""
    return f"{reverse('admin:positions_coding_add')}?statement={statement.pk}"


class ReadingInline(ServiceInline, StackedInline):
    """Readings of a new statement."""

    model = Coding
    form = ReadingRowForm
    fields = (
        ("party", "issue"),
        ("state", "stance"),
        ("move", "confidence"),
        ("red_line", "reciprocal"),
        "condition_lines",
    )
    autocomplete_fields = ("party",)
    edit_role = Role.ANALYST
    extra = 1
    can_delete = False
    refusal_name = "codings"
    verbose_name = gettext_lazy("reading")
    verbose_name_plural = gettext_lazy("readings: who stands where on which issue")

    def get_formset(self, request: HttpRequest, obj: Any | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        source = chosen_record(request, Source)
        formset.form.reader, formset.form.within = reader_on(request), source.negotiation if source else None
        return formset


@admin.register(Statement)
class StatementAdmin(BulkAdmin, ActionAdmin):
    """Passages in which somebody states something."""

    add_role = Role.ANALYST
    change_form_template = "admin/positions/statement/change_form.html"
    list_display = (
        "passage",
        "asserted_by",
        "said_by",
        "stated_on",
        "source",
        "round",
        "directness",
        "attribution",
        "credibility",
        "coding_count",
    )
    list_filter = (
        scoped("negotiation"),
        QueueFilter,
        StandingFilter,
        scoped("asserted_by"),
        scoped("round"),
        "directness",
        "attribution",
        "credibility",
        "anchor_status",
    )
    list_select_related = ("negotiation", "asserted_by", "speaker", "source", "round")
    search_fields = ("exact", "key", "note", "speaker_label", "speaker__name", "asserted_by__name", "source__title")
    search_help_text = gettext_lazy("Words of the quotation or the note, speaker, party, source or key")
    date_hierarchy = "stated_latest"
    ordering = ("-stated_latest", "id")
    bulk_actions = STATEMENT_ACTIONS
    object_actions = (
        SETTLE_ANCHOR,
        ObjectAction("code", gettext_lazy("Add a coding"), may_code, href=coding_url, tone="primary"),
        RELATE,
        ObjectAction(
            "correct",
            gettext_lazy("Correct…"),
            may_correct,
            correct,
            ask_correction,
            intro=gettext_lazy(
                "A new statement takes this one's place, with its codings. What was known before stays known."
            ),
        ),
        ObjectAction(
            "withdraw",
            gettext_lazy("Withdraw…"),
            may_correct,
            withdraw,
            ask_reason,
            tone="danger",
            intro=gettext_lazy(
                "The statement and its codings leave the record from now on. What was known before stays known."
            ),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        return count_codings(reader_on(request), super().get_queryset(request))

    @admin.display(description=gettext_lazy("passage"), ordering="exact")
    def passage(self, statement: Statement) -> str:
        words = quote_start(statement.exact, 120)
        return gettext("“%(words)s”") % {"words": words} if words else gettext("(no passage)")

    @admin.display(description=gettext_lazy("speaker"), ordering="speaker__name", empty_value="–")
    def said_by(self, statement: Statement) -> str | None:
        return statement.speaker.name if statement.speaker else statement.speaker_label or None

    @admin.display(description=gettext_lazy("codings"), ordering="codings_shown")
    def coding_count(self, statement: Any) -> int:
        return int(statement.codings_shown)

    def get_fieldsets(self, request: HttpRequest, obj: Statement | None = None) -> Any:
        if obj is None:
            return [*((title, {"fields": lines}) for title, lines in LAYOUT), (None, {"fields": ["submit_readings"]})]
        return [
            (
                gettext("Who says it"),
                {"fields": [("asserted_by", "group"), ("speaker", "speaker_label"), "addressees"]},
            ),
            (
                gettext("How, when and under which rule"),
                {"fields": [("directness", "attribution"), ("stated_on", "credibility"), "round", "note"]},
            ),
            (
                gettext("Record"),
                {
                    "fields": [
                        ("negotiation", "source"),
                        "key",
                        ("recorded_at", "retired_at"),
                        "supersedes",
                        "reason",
                        "withdrawal_reason",
                    ]
                },
            ),
        ]

    def get_inlines(self, request: HttpRequest, obj: Statement | None) -> Any:
        return (ReadingInline,) if obj is None and chosen_record(request, Source) else ()

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        source = chosen_record(request, Source)
        if obj is None and source is not None:
            kwargs["form"] = type(
                "NewStatementForm", (NewStatementForm,), {"reader": reader_on(request), "source": source}
            )
        return super().get_form(request, obj, change=change, **kwargs)

    # -- adding

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        source = chosen_record(request, Source)
        if source is None or not holds(request, Role.ANALYST, source):
            return show_choice(
                self,
                request,
                Source,
                Statement,
                "source",
                gettext("Add a statement"),
                gettext("Choose the source first"),
            )
        note_reads(request, source.negotiation)
        context = {
            "source": source,
            "text": text_beside(source),
            "title": gettext("Add a statement"),
            "subtitle": source.title,
            **(extra_context or {}),
        }
        answer: HttpResponse = super().add_view(request, form_url, context)
        return answer

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        source = chosen_record(request, Source)
        initial: dict[str, Any] = {
            name: value for name, value in request.GET.items() if name in ("exact", "start", "end")
        }
        if source is not None:
            last = recall(request, source.negotiation, "asserted_by")
            initial |= {"stated_on": source.published_on, "attribution": source.attribution, "asserted_by": last}
            initial["round"] = recall(request, source.negotiation, "round")
            initial["submit_readings"] = bool(recall(request, source.negotiation, "submit_readings"))
        return initial

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Any | None) -> Model:
        reader, said, source = reader_on(request), form.cleaned_data, chosen_record(request, Source)
        if source is None:
            raise Invalid(gettext("Choose the source first."))
        facts = statement_facts(said)
        asserting = list(dict.fromkeys((said["asserted_by"], *said["joint_with"])))
        made = (
            record_joint_statement(reader, source, facts, asserting)
            if len(asserting) > 1
            else [record_statement(reader, source, facts)]
        )
        for place, row in enumerate(rows["codings"].filled()):
            try:
                code_and_submit(reader, made, row.cleaned_data, hand_in=said["submit_readings"])
            except Invalid as refusal:
                raise nest_refusal(Invalid(reading_errors(refusal.errors)), "codings", place) from refusal
        remember(
            request,
            source.negotiation,
            asserted_by=said["asserted_by"],
            round=said["round"],
            submit_readings=said["submit_readings"],
        )
        return made[0]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        link = format_html('<a href="{}" dir="auto">{}</a>', page_of(obj), self.passage(obj))
        messages.success(request, fill_in(gettext("Recorded %(statement)s."), statement=link))
        if "_addanother" in request.POST:
            return HttpResponseRedirect(f"{reverse('admin:positions_statement_add')}?source={obj.source_id}")
        return HttpResponseRedirect(page_of(obj) if "_continue" in request.POST else page_of(obj.source))

    # -- looking

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Statement], search_term: str
    ) -> tuple[QuerySet[Statement], bool]:
        """A search for what a statement relates to offers those in force only."""
        if request.GET.get("model_name") == "relation":
            queryset = queryset.filter(retired_at=None)
        return super().get_search_results(request, queryset, search_term)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        shown = getattr(response, "context_data", None)
        if shown and shown.get("original") is not None:
            statement: Statement = shown["original"]
            shown["codings"] = (
                desk_rows(reader_on(request), Coding).filter(statement=statement).select_related("party", "issue")
            )
            shown["replaced_by"] = statement.superseded_by.first()
            shown["relations"] = relations_on_page(reader_on(request), statement)
        return response

    def history_subjects(self, record: Any) -> list[tuple[str, str]]:
        """The statement, those it came from by correction, and the step that made it with others."""
        subjects, step = [], record
        while step is not None:
            subjects.append(("statement", str(step.pk)))
            step = step.supersedes
        return [*subjects, ("statementgroup", str(record.group_id))] if record.group_id else subjects


def count_codings(reader: Reader, rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """The statements, each with the number ``codings_shown`` of its codings in force that the reader may see."""
    shown = codings_for(reader).filter(statement=OuterRef("pk"), retired_at=None).order_by().values("statement")
    return rows.annotate(codings_shown=Coalesce(Subquery(shown.annotate(number=Count("pk")).values("number")), 0))


def code_and_submit(reader: Reader, made: list[Statement], said: dict[str, Any], *, hand_in: bool) -> None:
    """Code the statement of the reading's party; without a party, each statement for whoever asserts it."""
    party = said["party"]
    fitting = [statement for statement in made if party is None or statement.asserted_by == party] or made[:1]
    for statement in fitting:
        coding = code_statement(reader, statement, reading_facts(said, party=party or statement.asserted_by))
        if hand_in:
            submit_coding(reader, coding)


def text_beside(source: Source) -> SourceText | None:
    """The text shown beside the form, unless it is too long for that."""
    text = source.texts.order_by("-version").defer("text").first()
    return newest_text(source) if text is not None and text.length <= TEXT_BESIDE else text


@admin.register(StatementGroup)
class StatementGroupAdmin(ScopedAdmin):
    """Joint passages: one statement for each asserting party on the same span."""

    list_display = ("key", "negotiation")
    list_filter = (scoped("negotiation"),)
    list_select_related = ("negotiation",)
    search_fields = ("key", "statements__exact")
    search_help_text = gettext_lazy("Key or words of the quotation")
    ordering = ("negotiation__title", "key")
