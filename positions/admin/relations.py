"""How statements stand to one another: said on a statement's page, listed and withdrawn here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin, Done, ObjectAction, ask_reason
from positions.admin.base import OUT_OF_REACH
from positions.admin.filters import StandingFilter, scoped
from positions.admin.scope import desk_rows, reader_on
from positions.admin.widgets import search_box
from positions.admin.words import quote_start
from positions.enums import RelationKind, Role
from positions.models import Relation, Statement
from positions.queries.access import Reader
from positions.queries.relations import relations_for, seen_from
from positions.services.relations import relate_statements, withdraw_relation


class RelationForm(forms.Form):
    """How the statement stands to which other one of its negotiation."""

    kind = forms.ChoiceField(label=gettext_lazy("This statement …"), choices=RelationKind.choices)

    def __init__(self, *args: Any, statement: Statement, reader: Reader, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = statement.negotiation
        rows = desk_rows(reader, Statement).filter(negotiation=within, retired_at=None).exclude(pk=statement.pk)
        self.fields["other"] = forms.ModelChoiceField(
            rows,
            label=gettext("… this one"),
            widget=search_box(Relation, "other", within),
            help_text=gettext("Type words of its passage, its speaker, its party or its source."),
            error_messages={"invalid_choice": OUT_OF_REACH},
        )
        self.fields["note"] = forms.CharField(
            required=False,
            widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
            help_text=gettext("What you saw, for colleagues; members alone see it."),
            label=gettext("Note"),
        )


def may_relate(reader: Reader, statement: Statement) -> bool:
    """Whether the statement is in force and the reader works where it belongs."""
    return statement.retired_at is None and reader.has_role(statement.negotiation_id, Role.ANALYST)


def ask_relation(page: ActionAdmin, request: HttpRequest, statement: Statement) -> Callable[..., forms.BaseForm]:
    return lambda *args, **kwargs: RelationForm(*args, statement=statement, reader=reader_on(request), **kwargs)


def relate(request: HttpRequest, statement: Statement, form: Any) -> Done:
    said = form.cleaned_data
    relation = relate_statements(reader_on(request), statement, said["other"], said["kind"], said["note"])
    return Done(f"{relation.get_kind_display()}: “{' '.join(said['other'].exact.split())[:80]}”.")


RELATE = ObjectAction(
    "relate",
    gettext_lazy("Relate…"),
    may_relate,
    relate,
    ask_relation,
    intro=gettext_lazy("Say how this statement stands to another one of the negotiation."),
    context=lambda request, statement: {"statement": statement},
)


def relations_on_page(reader: Reader, statement: Statement) -> list[tuple[str, Statement, Relation]]:
    """The statement's relations in force: in words, with the other statement."""
    return [(*seen_from(statement, relation), relation) for relation in relations_for(reader, statement)]


def may_withdraw(reader: Reader, relation: Relation) -> bool:
    """Whether it is in force and the reader works where it belongs."""
    return relation.retired_at is None and reader.has_role(relation.negotiation_id, Role.ANALYST)


def withdraw(request: HttpRequest, relation: Relation, form: Any) -> Done:
    withdraw_relation(reader_on(request), relation, form.cleaned_data["reason"])
    return Done(gettext("Withdrawn. What was known before stays known."))


@admin.register(Relation)
class RelationAdmin(ActionAdmin):
    """Who answers, contradicts, clarifies, denies, repeats or withdraws what."""

    list_display = ("passage", "kind", "other_passage", "seen_by", "recorded_at", "retired_at")
    list_filter = (scoped("negotiation"), StandingFilter, "kind")
    list_select_related = ("negotiation", "statement__asserted_by", "other__asserted_by")
    search_fields = ("statement__exact", "other__exact", "note", "seen_by")
    search_help_text = gettext_lazy("Words of either passage or of the note, or who saw it")
    date_hierarchy = "recorded_at"
    ordering = ("-recorded_at", "id")
    fields = (
        "kind",
        "statement",
        "other",
        ("seen_by", "note"),
        ("negotiation", "recorded_at", "retired_at"),
        "withdrawal_reason",
    )
    object_actions = (
        ObjectAction(
            "withdraw",
            gettext_lazy("Withdraw…"),
            may_withdraw,
            withdraw,
            ask_reason,
            tone="danger",
            intro=gettext_lazy("The relation leaves the record from now on. What was known before stays known."),
        ),
    )

    @admin.display(description=gettext_lazy("statement"), ordering="statement__exact")
    def passage(self, relation: Relation) -> str:
        return _told(relation.statement)

    @admin.display(description=gettext_lazy("other"), ordering="other__exact")
    def other_passage(self, relation: Relation) -> str:
        return _told(relation.other)


def _told(statement: Statement) -> str:
    words = quote_start(statement.exact, 100)
    quoted = gettext("“%(words)s”") % {"words": words} if words else gettext("(no passage)")
    return f"{statement.asserted_by}, {statement.stated_on}: {quoted}"
