"""The form in which a version of the codebook is composed: the rules for all issues, and each issue's entry."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext, gettext_lazy

from positions.admin.refusals import start_sentence
from positions.exceptions import Invalid
from positions.models import CodebookVersion, Issue
from positions.queries.codebook import ENTRY_TEXTS, STANCES, EntryWords

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS = {
    "definition": gettext_lazy("Definition"),
    "proposal": gettext_lazy("Proposal (what +2 means)"),
    "pole_for": gettext_lazy("+2 pole, in a few words"),
    "pole_against": gettext_lazy("−2 pole, in a few words"),
    "reference_point": gettext_lazy("Reference point (what holds if nothing is agreed)"),
    "rules": gettext_lazy("Decision rules for hard cases"),
}
ROWS = {"definition": 3, "proposal": 2, "pole_for": 1, "pole_against": 1, "reference_point": 2, "rules": 4}
ANCHOR_HELP = gettext_lazy("First line: what it means. Each further line: an example.")
PLACE = re.compile(r"entries\[(\d+)\]\.(.+)")


@dataclass(frozen=True)
class IssueFields:
    """The fields of one issue's entry, and whether they say something else than before."""

    issue: Issue
    fields: Sequence[forms.BoundField]
    has_changed: bool
    has_errors: bool


class ComposeForm(forms.Form):
    """All entries of a version at once; ``standing`` says what the form was filled from."""

    seen = forms.CharField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("Rules for all issues"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
        help_text=gettext_lazy(
            "What coders read first: what counts as a statement, how to tell a demand from an offer."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80}),
        help_text=gettext_lazy("Why there is a new version, in a few words; the record keeps them."),
    )

    def __init__(self, *args: Any, words: Sequence[EntryWords], text: str, standing: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words, self.standing = words, standing
        self.initial.setdefault("text", text)
        self.initial["seen"] = standing
        for entry in words:
            for name in ENTRY_TEXTS:
                self._add(entry.issue, name, LABELS[name], getattr(entry, name), ROWS[name])
            for stance in STANCES:
                label = gettext("Anchor %(stance)s") % {"stance": _sign(stance)}
                self._add(
                    entry.issue, f"anchor {stance}", label, write_anchor(entry.anchors.get(stance)), 3, ANCHOR_HELP
                )

    def _add(
        self, issue: Issue, name: str, label: StrOrPromise, value: str, rows: int, help_text: StrOrPromise = ""
    ) -> None:
        field = self.field_name(issue, name)
        self.fields[field] = forms.CharField(
            label=label,
            required=False,
            widget=forms.Textarea(attrs={"rows": rows, "cols": 80}),
            help_text=help_text,
        )
        self.initial[field] = value

    @staticmethod
    def field_name(issue: Issue, name: str) -> str:
        """The name of an issue's field: its slug would do but for the underscores of the others."""
        return f"{issue.slug}__{name.replace(' ', '_')}"

    def clean(self) -> dict[str, Any]:
        """Browsers send line ends as CR LF; what was not touched must come back as it was."""
        said = self.cleaned_data
        for name, value in said.items():
            if isinstance(value, str):
                said[name] = value.replace("\r\n", "\n").replace("\r", "\n")
        return said

    def entries(self) -> list[EntryWords]:
        """What the form says of each issue, in the order of the form."""
        return [self._entry(words) for words in self.words]

    def _entry(self, words: EntryWords) -> EntryWords:
        issue = words.issue
        said = {name: self.cleaned_data[self.field_name(issue, name)] for name in ENTRY_TEXTS}
        anchors = {
            stance: anchor
            for stance in STANCES
            if (anchor := read_anchor(self.cleaned_data[self.field_name(issue, f"anchor {stance}")])) is not None
        }
        return replace(words, anchors=anchors, **said)

    def changed_entries(self) -> list[EntryWords]:
        """The entries that say something else than before."""
        return [new for new, old in zip(self.entries(), self.words, strict=True) if new.differences(old)]

    def report(self, refusal: Invalid, entries: Sequence[EntryWords]) -> None:
        """Show what the service refused at the fields it speaks of."""
        for key, found in refusal.errors.items():
            place = PLACE.fullmatch(key)
            if place:
                field = self.field_name(entries[int(place[1])].issue, place[2])
                known = field if field in self.fields else None
                self.add_error(known, ValidationError([start_sentence(message) for message in found]))
            else:
                known = key if key in self.fields else None
                self.add_error(known, ValidationError([start_sentence(message) for message in found]))

    def by_issue(self) -> Iterator[IssueFields]:
        """The fields of each issue together."""
        for words in self.words:
            names = [*ENTRY_TEXTS[:-1], *(f"anchor {stance}" for stance in STANCES), ENTRY_TEXTS[-1]]
            bound = [self[self.field_name(words.issue, name)] for name in names]
            changed = self.is_bound and any(field.name in self.changed_data for field in bound)
            yield IssueFields(words.issue, bound, changed, any(field.errors for field in bound))


def write_anchor(anchor: Mapping[str, Any] | None) -> str:
    """An anchor as lines: its meaning, then its examples."""
    return "" if not anchor else "\n".join([anchor.get("meaning", ""), *anchor.get("examples", ())])


def read_anchor(lines: str) -> dict[str, Any] | None:
    """The anchor that the lines describe; null where there are none."""
    meaning, *examples = [line.strip() for line in lines.split("\n") if line.strip()] or [""]
    return {"meaning": meaning, "examples": examples} if meaning else None


def digest_of(version: CodebookVersion | None, words: Sequence[EntryWords]) -> str:
    """What a form was filled from, as a short digest: somebody else's new version alters it."""
    said = [[str(w.issue.pk), *(getattr(w, name) for name in ENTRY_TEXTS), w.anchors] for w in words]
    facts = [str(version.pk), version.text] if version else []
    return hashlib.sha256(json.dumps([facts, said], cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:16]


def _sign(stance: str) -> str:
    number = int(stance)
    return f"+{number}" if number > 0 else stance.replace("-", "−")
