"""From what a service refuses to errors at the fields of a form.

The services check; a form of the desk only turns text into values. When a service refuses, the page
is shown again with its words at the fields they speak of, and nothing has been saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.words import name_column
from positions.exceptions import Invalid

if TYPE_CHECKING:
    RecordForm = forms.ModelForm[Any]
    RowSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    RecordForm = forms.ModelForm
    RowSet = forms.BaseInlineFormSet

ROW = re.compile(r"(?P<rows>\w+)\[(?P<place>\d+)\](?:\.(?P<field>.+))?")
OVERTAKEN = gettext_lazy(
    "Somebody changed this while you had it open. Open it again, and enter your change on what it says now."
)


class ServiceForm(RecordForm):
    """A form whose record is checked and saved by a service.

    ``refusal`` is what the service said the last time the same data was handed in.
    """

    refusal: Invalid | None = None
    row_names: frozenset[str] = frozenset()
    standing: str = ""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.standing

    def clean(self) -> dict[str, Any] | None:
        if self.standing and self.cleaned_data.get("seen") != self.standing:
            self.add_error(None, OVERTAKEN)
        return super().clean()

    def _post_clean(self) -> None:
        """Leave the record alone: the service builds and checks it."""
        if self.refusal is not None:
            report_refusal(self, self.refusal, self.row_names)


class RowForm(RecordForm):
    """One line of a record's list, handed to the service together with the record."""

    def _post_clean(self) -> None:
        """Leave the row alone: the service builds and checks it."""


class ServiceRows(RowSet):
    """The lines of a record's list; ``refused`` says what the service found wrong with each filled line."""

    refused: Mapping[int, Mapping[str, list[str]]] = {}
    refusal_name = ""

    def filled(self) -> list[forms.ModelForm[Any]]:
        """The lines that hold something and are not to be deleted, in the order the service gets them."""
        return [
            form
            for form in self.forms
            if form not in self.deleted_forms and (form.has_changed() or form.instance.pk in self._kept())
        ]

    def _kept(self) -> set[Any]:
        return {form.instance.pk for form in self.initial_forms}

    def clean(self) -> None:
        rows = self.filled()
        for place, errors in self.refused.items():
            if place < len(rows):
                for field, messages in errors.items():
                    put_error(rows[place], field, messages)

    def validate_unique(self) -> None:
        """Leave it to the service."""


def put_error(form: forms.BaseForm, field: str, messages: list[str]) -> None:
    """Show ``messages`` at a field, or above the form where it has no such field."""
    if field == "__all__" or field.startswith("__"):
        form.add_error(None, ValidationError(messages))
    elif field in form.fields and not form.fields[field].widget.is_hidden:
        form.add_error(field, ValidationError([start_sentence(message) for message in messages]))
    else:
        name = name_column(field).replace("[", " ").replace("]", "")
        form.add_error(None, ValidationError([f"{start_sentence(name)}: {message}" for message in messages]))


def report_refusal(form: forms.BaseForm, refusal: Invalid, row_names: frozenset[str] = frozenset()) -> None:
    """Show what a service refused, but for what belongs to the lists in ``row_names``."""
    for key, messages in refusal.errors.items():
        found = ROW.fullmatch(key)
        if found and found["rows"] in row_names:
            continue
        if found and found["rows"] in form.fields:
            put_error(
                form,
                found["rows"],
                [
                    gettext("line %(number)s: %(message)s") % {"number": int(found["place"]) + 1, "message": message}
                    for message in messages
                ],
            )
        else:
            put_error(form, key, messages)


def refused_rows(
    refusal: Invalid | None, name: str, line_fields: frozenset[str] = frozenset()
) -> dict[int, dict[str, list[str]]]:
    """What a service said of the lines of list ``name``: place to field to messages.

    ``codings[1].conditions[0].text`` is shown at the field ``conditions`` of the second line.
    """
    rows: dict[int, dict[str, list[str]]] = {}
    for key, messages in (refusal.errors if refusal else {}).items():
        found = ROW.fullmatch(key)
        if not found or found["rows"] != name:
            continue
        field = found["field"] or "__all__"
        inner = ROW.fullmatch(field)
        said = (
            [
                gettext("line %(number)s: %(message)s") % {"number": int(inner["place"]) + 1, "message": message}
                for message in messages
            ]
            if inner
            else messages
        )
        name_of_field = inner["rows"] if inner else field
        rows.setdefault(int(found["place"]), {}).setdefault(name_of_field, []).extend(said)
    return rows


def nest_refusal(refusal: Invalid, name: str, place: int) -> Invalid:
    """The same refusal as one about line ``place`` of list ``name``."""
    return Invalid(
        {
            f"{name}[{place}]" if key == "__all__" else f"{name}[{place}].{key}": messages
            for key, messages in refusal.errors.items()
        }
    )


def start_sentence(words: str) -> str:
    """The words with a capital in front, so that they read as a sentence under a field."""
    return words[:1].upper() + words[1:]


def refusal_on(request: HttpRequest) -> Invalid | None:
    """What a service refused earlier in this very request."""
    return getattr(request, "_desk_refusal", None)


def keep_refusal(request: HttpRequest, refusal: Invalid) -> None:
    """Keep it for the forms that show the page again."""
    request._desk_refusal = refusal  # type: ignore[attr-defined]
