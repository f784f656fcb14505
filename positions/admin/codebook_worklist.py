"""The work list after a change of meaning: readings confirmed or recoded, one by one or together, previewed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import AT_ONCE
from positions.admin.refusals import report_refusal
from positions.admin.scope import reader_on
from positions.enums import CodingState, Confidence, Move, Stance
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import ChangeSet, CodebookVersion, Coding
from positions.queries.access import Reader
from positions.queries.codebook import codings_to_confirm
from positions.services.codebook import confirm_codings, preview_confirming
from positions.services.housekeeping.changes import Preview
from positions.services.housekeeping.codings import NewReading, preview_recoding, recode_codings

ROWS_SHOWN = 200
AS_IT_IS = ("", gettext_lazy("as it is"))
YES_NO = (AS_IT_IS, ("yes", "yes"), ("no", "no"))


class DecisionForm(forms.Form):
    """What is to become of the readings that were ticked."""

    decision = forms.ChoiceField(
        choices=(
            ("confirm", gettext_lazy("Confirm: they mean the same under the newest version")),
            ("recode", gettext_lazy("Recode: they read as follows")),
        ),
        widget=forms.RadioSelect,
        initial="confirm",
        label=gettext_lazy("Decision"),
    )
    state = forms.ChoiceField(required=False, choices=(AS_IT_IS, *CodingState.choices), label=gettext_lazy("State"))
    stance = forms.ChoiceField(
        required=False,
        choices=(AS_IT_IS, *((str(v), label) for v, label in Stance.choices)),
        label=gettext_lazy("Stance"),
    )
    move = forms.ChoiceField(required=False, choices=(AS_IT_IS, *Move.choices), label=gettext_lazy("Move"))
    red_line = forms.ChoiceField(required=False, choices=YES_NO, label=gettext_lazy("Red line"))
    reciprocal = forms.ChoiceField(required=False, choices=YES_NO, label=gettext_lazy("Reciprocal"))
    confidence = forms.ChoiceField(
        required=False, choices=(AS_IT_IS, *Confidence.choices), label=gettext_lazy("Confidence")
    )
    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text=gettext_lazy("A few words; the record keeps them with every reading."),
        label=gettext_lazy("Reason"),
    )

    def reading(self) -> NewReading:
        """What recoding changes."""
        said = self.cleaned_data
        flags = {"yes": True, "no": False}
        return NewReading(
            state=said["state"] or None,
            stance=int(said["stance"]) if said["stance"] else None,
            move=said["move"] or None,
            red_line=flags.get(said["red_line"]),
            reciprocal=flags.get(said["reciprocal"]),
            confidence=said["confidence"] or None,
        )


def answer_worklist(page: Any, request: HttpRequest, version: CodebookVersion) -> HttpResponse:
    """Show what waits, preview what was decided on the ticked readings, or do it."""
    reader, negotiation = reader_on(request), version.negotiation
    waiting = codings_to_confirm(reader, negotiation).select_related("issue", "party", "statement", "codebook")
    asked = request.GET.get("issue", "")
    rows = list((waiting.filter(issue__slug=asked) if asked else waiting).order_by(*ORDER)[: ROWS_SHOWN + 1])
    ticked = set(request.POST.getlist("coding"))
    form = DecisionForm(request.POST if request.method == "POST" else None)
    preview: Preview | None = None
    if request.method == "POST" and form.is_valid():
        chosen = [coding for coding in rows if str(coding.pk) in ticked]
        try:
            if "_apply" in request.POST:
                done = _apply(reader, form, chosen)
                messages.success(
                    request, gettext("%(change)s. What was known before stays known.") % {"change": done.title}
                )
                return HttpResponseRedirect(request.get_full_path())
            preview = _preview(reader, form, chosen)
        except Invalid as refusal:
            report_refusal(form, refusal)
        except (Conflict, NotPermitted, NotVisible) as refusal:
            form.add_error(None, gettext("%(refusal)s Nothing was saved.") % {"refusal": refusal})
        except IntegrityError:
            form.add_error(None, AT_ONCE)
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Readings to confirm"),
        "opts": page.opts,
        "original": version,
        "rows": [(coding, str(coding.pk) in ticked) for coding in rows[:ROWS_SHOWN]],
        "more": len(rows) > ROWS_SHOWN,
        "waiting": waiting.count(),
        "issues": waiting.order_by("issue__rank", "issue__slug").values_list("issue__slug", "issue__title").distinct(),
        "asked": asked,
        "form": form,
        "preview": preview,
    }
    return TemplateResponse(request, "admin/positions/codebookversion/worklist.html", context)


ORDER = ("issue__rank", "issue__slug", "stated_latest", "pk")


def _preview(reader: Reader, form: DecisionForm, chosen: list[Coding]) -> Preview:
    if form.cleaned_data["decision"] == "confirm":
        return preview_confirming(reader, chosen)
    return preview_recoding(reader, chosen, form.reading())


def _apply(reader: Reader, form: DecisionForm, chosen: list[Coding]) -> ChangeSet:
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["decision"] == "confirm":
        return confirm_codings(reader, chosen, reason, leave_out_refused=True)
    return recode_codings(reader, chosen, form.reading(), reason, leave_out_refused=True)
