"""The form of a statement: what is quoted, who says it, when and under which rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from positions.admin.base import OUT_OF_REACH
from positions.admin.refusals import ServiceForm
from positions.admin.scope import desk_rows
from positions.admin.widgets import search_box, search_boxes
from positions.analysis.anchors import canonical_text
from positions.models import Party, Person, Round, Source, Statement
from positions.queries.access import Reader
from positions.services.statements import StatementFacts

SAYING = (
    "exact",
    "start",
    "end",
    "asserted_by",
    "speaker",
    "speaker_label",
    "directness",
    "attribution",
    "credibility",
    "stated_on",
    "round",
    "addressees",
    "note",
)
LAYOUT = (
    (gettext_lazy("Passage"), ["exact", ("start", "end")]),
    (gettext_lazy("Who says it"), [("asserted_by", "joint_with"), ("speaker", "speaker_label"), "addressees"]),
    (
        gettext_lazy("How, when and under which rule"),
        [("directness", "attribution"), ("stated_on", "credibility"), "round", "note"],
    ),
)


class StatementForm(ServiceForm):
    """A statement of ``source``; in a correction it starts from the statement as it stands."""

    reader = Reader()
    source: Source | None = None

    joint_with = forms.ModelMultipleChoiceField(
        Party.objects.none(),
        required=False,
        label=gettext_lazy("Jointly with"),
        help_text=gettext_lazy("For a joint text: who else asserts the same words. Each gets a statement of its own."),
    )

    class Meta:
        model = Statement
        fields = SAYING
        labels = {
            "exact": gettext_lazy("Passage"),
            "asserted_by": gettext_lazy("Said by"),
            "start": gettext_lazy("From"),
            "end": gettext_lazy("To"),
        }
        widgets = {
            "exact": forms.Textarea(attrs={"rows": 4, "cols": 70, "dir": "auto", "spellcheck": "false"}),
            "note": forms.Textarea(attrs={"rows": 2, "cols": 70}),
        }
        help_texts = {
            "exact": gettext_lazy(
                "The words as they stand in the text; enough alone where they occur once. "
                "Leave passage and offsets empty for a vote or an absence."
            ),
            "start": gettext_lazy("Offset of the first character in the text, counted from 0."),
            "end": gettext_lazy("Offset after the last character."),
            "asserted_by": gettext_lazy("Whose statement it is, whoever reports it."),
            "speaker_label": gettext_lazy("As the source puts it, such as “a senior official”."),
            "directness": gettext_lazy("How near the passage is to their own words."),
            "credibility": gettext_lazy("How likely the content is, whatever the source is worth."),
            "stated_on": gettext_lazy(
                "EDTF: 2022-01-09, 2022-01-09~, 2022-01 or 2022-01-28/2022-02-01; never after publication."
            ),
            "addressees": gettext_lazy("To whom it is said."),
            "note": gettext_lazy("For colleagues; members alone see it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.source is None:
            return
        parties, within = desk_rows(self.reader, Party), self.source.negotiation
        rounds = desk_rows(self.reader, Round).filter(negotiation=within).order_by("number")
        refused = {"invalid_choice": OUT_OF_REACH}
        shown = {
            "asserted_by": forms.ModelChoiceField(
                parties,
                widget=search_box(Statement, "asserted_by"),
                error_messages=refused,
            ),
            "joint_with": forms.ModelMultipleChoiceField(
                parties, required=False, widget=search_boxes(Statement, "addressees")
            ),
            "addressees": forms.ModelMultipleChoiceField(
                parties, required=False, widget=search_boxes(Statement, "addressees")
            ),
            "speaker": forms.ModelChoiceField(
                desk_rows(self.reader, Person),
                required=False,
                widget=search_box(Statement, "speaker"),
                error_messages=refused,
            ),
            "round": forms.ModelChoiceField(rounds, required=False, error_messages=refused),
        }
        for name, field in shown.items():
            if name in self.fields:
                field.label, field.help_text = self.fields[name].label, self.fields[name].help_text
                self.fields[name] = field
        if "exact" in self.fields:
            self.fields["exact"].strip = False  # type: ignore[attr-defined]

    def clean_exact(self) -> str:
        return canonical_text(self.cleaned_data["exact"])

    def clean(self) -> dict[str, Any] | None:
        """Words alone are looked for without the white space a paste brings along."""
        said = super().clean() or self.cleaned_data
        if "exact" in said:
            moved = (
                "exact" in self.changed_data
                and not {"start", "end"} & set(self.changed_data)
                and self.initial.get("start") is not None
            )
            if moved:
                said["start"] = said["end"] = None
            if said.get("start") is None and said.get("end") is None:
                said["exact"] = said["exact"].strip()
        return said


class NewStatementForm(StatementForm):
    """A new statement, with the readings under it handed in at once or kept as drafts."""

    submit_readings = forms.BooleanField(
        required=False,
        label=gettext_lazy("Hand the readings in right away"),
        help_text=gettext_lazy("Otherwise they stay your drafts until you submit them."),
    )


class CorrectedStatementForm(StatementForm):
    """What is to stand instead, and why."""

    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 70}),
        help_text=gettext_lazy("Why this is to stand instead; the record keeps it."),
        label=gettext_lazy("Reason"),
    )
    fieldsets = [
        *(
            (
                title,
                {
                    "fields": [
                        tuple(n for n in line if n != "joint_with") if isinstance(line, tuple) else line
                        for line in lines
                    ]
                },
            )
            for title, lines in LAYOUT
        ),
        (gettext_lazy("Why"), {"fields": ["reason"]}),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["joint_with"]


def statement_facts(said: dict[str, Any]) -> StatementFacts:
    """The facts a form says."""
    values = {name: said[name] for name in SAYING if name != "addressees"}
    return StatementFacts(**{**values, "addressees": tuple(said["addressees"])})
