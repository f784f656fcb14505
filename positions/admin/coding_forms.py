"""The form of one reading: under a new statement, on its own, in a correction, in an adjudication."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import OUT_OF_REACH
from positions.admin.lines import CONDITION_HELP, read_conditions, write_conditions
from positions.admin.refusals import RowForm, ServiceForm
from positions.admin.scope import desk_rows, reader_on
from positions.admin.widgets import search_box
from positions.models import Coding, Issue, Negotiation, Party
from positions.queries.access import Reader, unmerged
from positions.services.coding import CodingFacts
from positions.services.conditions import ConditionFacts, condition_facts

READING = ("party", "issue", "state", "stance", "move", "red_line", "reciprocal", "confidence", "condition_lines")
HELP = {
    "stance": gettext_lazy(
        "Toward the issue's written proposal; only a coded reading carries one. "
        "An offer under a condition is at most ±1."
    ),
    "state": gettext_lazy("“No comment” is unclear."),
    "red_line": gettext_lazy("The party says it will not go beyond this."),
    "reciprocal": gettext_lazy("The party would do it if others do the same."),
}


class ReadingFields:
    """What the forms of a reading share: issues of one negotiation, conditions as lines."""

    reader = Reader()
    within: Negotiation | None = None
    standing_conditions: Sequence[ConditionFacts] = ()

    def prepare_reading(self) -> None:
        """Narrow the choices to the negotiation and show the conditions as they stand."""
        form = cast("forms.ModelForm[Coding]", self)
        if self.within is not None and "issue" in form.fields:
            issues = unmerged(desk_rows(self.reader, Issue)).filter(negotiation=self.within).order_by("rank", "slug")
            form.fields["issue"] = forms.ModelChoiceField(
                issues, error_messages={"invalid_choice": OUT_OF_REACH}, label=gettext("Issue")
            )
        if not form.instance._state.adding:
            self.standing_conditions = condition_facts(form.instance)
        form.initial.setdefault("condition_lines", write_conditions(self.standing_conditions))

    def clean_condition_lines(self) -> tuple[ConditionFacts, ...]:
        typed = cast("forms.ModelForm[Coding]", self).cleaned_data["condition_lines"]
        return read_conditions(self.reader, typed.replace("\r\n", "\n"), self.standing_conditions)


def condition_lines() -> forms.CharField:
    """The field that holds the conditions, one to a line."""
    return forms.CharField(
        label=gettext_lazy("Conditions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 70, "dir": "auto"}),
        help_text=CONDITION_HELP,
    )


class ReadingRowForm(ReadingFields, RowForm):
    """A reading under a new statement; without a party it is that of whoever asserts the statement."""

    condition_lines = condition_lines()

    class Meta:
        help_texts = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare_reading()
        self.fields["party"].required = False
        self.fields["party"].help_text = gettext("Leave empty for whoever says it.")
        self.fields["move"].initial = None


class ReadingForm(ReadingFields, ServiceForm):
    """A reading on its own."""

    condition_lines = condition_lines()

    class Meta:
        model = Coding
        fields = [name for name in READING if name != "condition_lines"]
        help_texts = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare_reading()
        if "party" in self.fields:
            rows = unmerged(desk_rows(self.reader, Party))
            box = search_box(Coding, "party")
            self.fields["party"] = forms.ModelChoiceField(
                rows, widget=box, error_messages={"invalid_choice": OUT_OF_REACH}, label=gettext("Party")
            )


class ReasonedReadingForm(ReadingForm):
    """A reading that replaces another one, and why."""

    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 70}),
        help_text=gettext_lazy("Why this is to stand instead; the record keeps it."),
        label=gettext_lazy("Reason"),
    )


def reading_form(
    base: type[ReadingForm],
    request: HttpRequest,
    negotiation: Negotiation,
    *,
    record: Coding | None = None,
    initial: Mapping[str, Any] | None = None,
    standing: str = "",
) -> Callable[..., ReadingForm]:
    """A maker of reading forms bound to the reader, a negotiation and the reading that it starts from."""
    form_class = type(
        base.__name__, (base,), {"reader": reader_on(request), "within": negotiation, "fieldsets": layout(base)}
    )

    def make(*args: Any, **kwargs: Any) -> ReadingForm:
        kwargs["initial"] = {**(initial or {}), **(kwargs.get("initial") or {})}
        return cast("ReadingForm", form_class(*args, instance=record, **kwargs))

    return make


def layout(base: type[forms.ModelForm[Any]]) -> list[tuple[str | None, dict[str, Any]]]:
    """How the fields of a reading are laid out on a page."""
    about = [("party", "issue")] if "party" in base.base_fields else []
    fields: list[Any] = [
        *about,
        ("state", "stance"),
        ("move", "confidence"),
        ("red_line", "reciprocal"),
        "condition_lines",
    ]
    extra = [name for name in base.base_fields if name not in READING and name != "seen"]
    return [(None, {"fields": [*fields, *extra]})]


def reading_facts(said: Mapping[str, Any], **fixed: Any) -> CodingFacts:
    """The facts a form says, with ``fixed`` laid over them."""
    values = {name: said[name] for name in READING if name != "condition_lines" and name in said}
    return CodingFacts(**{**values, "conditions": said["condition_lines"], **fixed})


def reading_errors(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """A service's errors with the names the form has for its fields."""
    return {key.replace("conditions[", "condition_lines["): messages for key, messages in errors.items()}
