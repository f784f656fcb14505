"""A new version of a source's text, and the passages that wait for a person to say where they stand in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin, Done, ObjectAction
from positions.admin.base import page_of
from positions.admin.scope import reader_on
from positions.analysis.anchors import canonical_text
from positions.analysis.reanchoring import Place
from positions.enums import AnchorStatus
from positions.exceptions import Conflict, Invalid
from positions.models import Source, SourceText, Statement
from positions.queries.access import Reader
from positions.services.anchoring import (
    add_text_version,
    may_settle,
    proposed_place,
    role_for_new_text,
    settle_anchor,
)
from positions.services.statements import newest_text, withdraw_statement

# How much of the old text is shown around the passage, and of the new one where it is too long to show whole.
OLD_AROUND = 1_200
NEW_WHOLE = 400_000
NEW_AROUND = 20_000


# ---------------------------------------------------------------- a new version


class NewTextForm(forms.Form):
    """The whole new text, how it was taken from the document, and why it replaces the old one."""

    text = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "cols": 90, "dir": "auto", "spellcheck": "false"}),
        label=gettext_lazy("Text"),
    )
    extraction = forms.CharField(
        initial="plain text",
        help_text=gettext_lazy("How it was taken from the document: plain text, scan, PDF …"),
        label=gettext_lazy("Extraction"),
    )
    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=gettext_lazy("Why the text is replaced; the record keeps it with every statement that moves."),
        label=gettext_lazy("Reason"),
    )


def may_replace_text(reader: Reader, source: Source) -> bool:
    """Whether the source has a text, and the reader may correct what stands in it."""
    return source.texts.exists() and reader.has_role(source.negotiation_id, role_for_new_text(source))


def replace_text(request: HttpRequest, source: Source, form: Any) -> Done:
    said = form.cleaned_data
    done = add_text_version(
        reader_on(request), source, said["text"], extraction=said["extraction"], reason=said["reason"]
    )
    counts = {status: len(done.statements.get(status, ())) for status in AnchorStatus.values}
    outcomes = (
        (counts["exact"], gettext("%(count)s stand where they stood")),
        (counts["moved"], gettext("%(count)s moved with their words")),
        (counts["fuzzy"], gettext("%(count)s are found only nearly and wait for you")),
        (counts["orphan"], gettext("%(count)s are not found and wait for you")),
    )
    told = ", ".join(words % {"count": number} for number, words in outcomes if number)
    return Done(
        gettext("This is version %(version)s of the text. Statements: %(outcomes)s.")
        % {"version": done.version.version, "outcomes": told or gettext("none")}
    )


NEW_TEXT = ObjectAction(
    "new-text",
    gettext_lazy("New version of the text…"),
    may_replace_text,
    replace_text,
    lambda page, request, source: NewTextForm,
    intro=gettext_lazy(
        "Every statement is looked for in the new text. What is found word for word moves there by a correction, "
        "with its codings; what is not waits until a person says where it stands. The old text stays readable."
    ),
)


# ---------------------------------------------------------------- where a passage stands


@dataclass(frozen=True)
class AnchorQuestion:
    """A waiting passage, the newest text, and the place proposed there."""

    statement: Statement
    newest: SourceText
    place: Place

    def old_text(self) -> tuple[str, str, str]:
        """The old text before, of and after the passage."""
        assert self.statement.text is not None
        start, end = self.statement.start or 0, self.statement.end or 0
        return _cut(self.statement.text.text, start, end, OLD_AROUND)

    def new_text(self) -> tuple[str, str, str]:
        """The new text before, of and after the proposal; all before where nothing is proposed."""
        text = self.newest.text
        if self.place.start is None or self.place.end is None:
            return text[:NEW_WHOLE], "", ""
        reach = NEW_WHOLE if len(text) <= NEW_WHOLE else NEW_AROUND
        return _cut(text, self.place.start, self.place.end, reach)

    @property
    def shows_whole_text(self) -> bool:
        """Whether offsets can be counted in what is shown."""
        return len(self.newest.text) <= NEW_WHOLE


def _cut(text: str, start: int, end: int, reach: int) -> tuple[str, str, str]:
    return text[max(0, start - reach) : start], text[start:end], text[end : end + reach]


def question_on(request: HttpRequest, statement: Statement) -> AnchorQuestion:
    """What the page asks, worked out once a request."""
    question: AnchorQuestion | None = getattr(request, "_desk_anchor_question", None)
    if question is None:
        newest = newest_text(statement.source)
        assert newest is not None
        question = AnchorQuestion(statement, newest, proposed_place(statement, newest))
        request._desk_anchor_question = question  # type: ignore[attr-defined]
    return question


class AnchorForm(forms.Form):
    """Where the passage stands now: at the place proposed, at another one, or nowhere."""

    HERE, ELSEWHERE, NOWHERE = "here", "elsewhere", "nowhere"

    version = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(label=gettext_lazy("In the newest text"), widget=forms.RadioSelect)
    exact = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("The other passage"),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 70, "dir": "auto", "spellcheck": "false"}),
        help_text=gettext_lazy("Mark it in the new text, or write its words; they are enough where they occur once."),
    )
    start = forms.IntegerField(
        required=False,
        label=gettext_lazy("From"),
        help_text=gettext_lazy("Offset of the first character, counted from 0."),
    )
    end = forms.IntegerField(
        required=False, label=gettext_lazy("To"), help_text=gettext_lazy("Offset after the last character.")
    )
    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=gettext_lazy("A few words; the record keeps them."),
        label=gettext_lazy("Reason"),
    )
    fieldsets = [(None, {"fields": ["decision", "exact", ("start", "end"), "reason"]})]

    def __init__(self, *args: Any, question: AnchorQuestion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_place = question.place.start is not None
        choices = [
            *([(self.HERE, gettext("It stands at the marked place"))] if has_place else []),
            (self.ELSEWHERE, gettext("It stands elsewhere: the passage below")),
            (self.NOWHERE, gettext("It is not in this text any more: withdraw the statement with its codings")),
        ]
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        self.initial["version"] = question.newest.version
        self.initial.setdefault("decision", choices[0][0])


def ask_place(page: ActionAdmin, request: HttpRequest, statement: Statement) -> Callable[..., forms.BaseForm]:
    question = question_on(request, statement)
    return lambda *args, **kwargs: AnchorForm(*args, question=question, **kwargs)


def settle(request: HttpRequest, statement: Statement, form: Any) -> Done:
    said, question, reader = form.cleaned_data, question_on(request, statement), reader_on(request)
    if said["version"] != question.newest.version:
        raise Conflict(gettext("A newer text has come meanwhile; look where the passage stands in that."))
    if said["decision"] == AnchorForm.NOWHERE:
        withdraw_statement(reader, statement, said["reason"])
        return Done(gettext("Withdrawn, with its codings. What was known before stays known."))
    if said["decision"] == AnchorForm.HERE:
        settled = settle_anchor(reader, statement, question.place.start, question.place.end, "", said["reason"])
    else:
        settled = settle_anchor(reader, statement, *_passage(said), said["reason"])
    return Done(gettext("Settled: the statement and its codings stand in the newest text now."), page_of(settled))


def _passage(said: dict[str, Any]) -> tuple[int | None, int | None, str]:
    """Offsets and words as given; words alone without the white space a paste brings along. Raises ``Invalid``."""
    start, end, exact = said["start"], said["end"], canonical_text(said["exact"])
    if start is None and end is None:
        exact = exact.strip()
        if not exact:
            raise Invalid({"exact": gettext("name the passage: its words, or where it starts and ends")})
    return start, end, exact


def show_question(request: HttpRequest, statement: Statement) -> dict[str, Any]:
    return {"statement": None, "question": question_on(request, statement)}


SETTLE_ANCHOR = ObjectAction(
    "anchor",
    gettext_lazy("Settle its place…"),
    may_settle,
    settle,
    ask_place,
    tone="primary",
    intro=gettext_lazy(
        "The source has a new text. This passage was not found in it word for word, so nothing was moved."
    ),
    context=show_question,
    template="admin/positions/statement/anchor.html",
)
