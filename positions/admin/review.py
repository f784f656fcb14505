"""The review page: one submitted reading after the other, decided with one button or key each."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import NOT_ALLOWED, ActionAdmin, keep_words, typed_words
from positions.admin.base import page_of
from positions.admin.coding_actions import CommentForm, may_adjudicate, may_publish, url_after_review
from positions.admin.refusals import report_refusal
from positions.admin.scope import note_reads, reader_on
from positions.admin.script_words import review_words
from positions.enums import ReviewPolicy, Stance
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Coding
from positions.queries.access import Reader
from positions.queries.review import place_in_review, reading_in_review
from positions.services.coding import publish_coding, reject_coding, return_coding

DONE = {
    "accept": gettext_lazy("Published."),
    "return": gettext_lazy("Returned to its coder, as a draft."),
    "reject": gettext_lazy("Rejected."),
}


class DecisionForm(CommentForm):
    """What becomes of the reading, and what its coder is told."""

    decision = forms.ChoiceField(
        choices=[(name, name) for name in DONE],
        error_messages={"required": gettext_lazy("Choose accept, return or reject.")},
        label=gettext_lazy("Decision"),
    )


def decide(reader: Reader, coding: Coding, decision: str, comment: str) -> None:
    """Do what was chosen; the services refuse what is not allowed."""
    if decision == "accept":
        publish_coding(reader, coding)
    elif decision == "return":
        return_coding(reader, coding, comment)
    else:
        reject_coding(reader, coding, comment)


class ReviewAdmin(ActionAdmin):
    """A page on which a reviewer reads and decides."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.review_view)
        return [path("<path:object_id>/review/", view, name="positions_coding_review"), *super().get_urls()]

    def review_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        coding = self.get_object(request, unquote(object_id))
        if coding is None or not self.has_view_permission(request, coding):
            if typed_words(request):
                return keep_words(self, request, NOT_ALLOWED)
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        note_reads(request, coding.negotiation)
        if coding.negotiation.review_policy == ReviewPolicy.DOUBLE:
            return self.leave_to_adjudication(request, coding)
        form = DecisionForm(request.POST) if request.method == "POST" else DecisionForm()
        if request.method == "POST" and form.is_valid():
            done = self.act_on(request, coding, form)
            if done is not None:
                return done
        return self.show_reading(request, coding, form)

    def leave_to_adjudication(self, request: HttpRequest, coding: Coding) -> HttpResponse:
        """Where two code blind one reading alone is not decided."""
        if may_adjudicate(reader_on(request), coding):
            return HttpResponseRedirect(self.action_url(coding, "adjudicate"))
        refusal = gettext(
            "This negotiation codes twice and blind: readings are adjudicated together. Nothing was saved."
        )
        if typed_words(request):
            return keep_words(self, request, refusal)
        messages.error(request, refusal)
        return HttpResponseRedirect(page_of(coding))

    def act_on(self, request: HttpRequest, coding: Coding, form: DecisionForm) -> HttpResponse | None:
        """Decide and go on to the next reading; null, with the form saying why, when it was refused."""
        reader, said = reader_on(request), form.cleaned_data
        onward = url_after_review(reader, coding)
        try:
            decide(reader, coding, said["decision"], said["comment"])
        except Invalid as refusal:
            report_refusal(form, refusal)
        except (Conflict, NotPermitted, NotVisible) as refusal:
            form.add_error(
                None, gettext("%(refusal)s Nothing was saved; your comment is kept below.") % {"refusal": refusal}
            )
        else:
            messages.success(request, DONE[said["decision"]])
            return HttpResponseRedirect(onward)
        return None

    def show_reading(self, request: HttpRequest, coding: Coding, form: DecisionForm) -> HttpResponse:
        reader = reader_on(request)
        shown = reading_in_review(reader, coding)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Review a reading"),
            "subtitle": str(coding),
            "opts": self.opts,
            "script_words": review_words(),
            "original": coding,
            "form": form,
            "shown": shown,
            "present_stance": _say_stance(shown.present.stance) if shown.present else "",
            "place": place_in_review(reader, coding),
            "may_publish": may_publish(reader, coding),
            "whole_text": reverse("admin:positions_source_tag", args=[coding.statement.source_id]),
        }
        return TemplateResponse(request, "admin/positions/coding/review.html", context)


def _say_stance(stance: int | None) -> str:
    return gettext("no stance") if stance is None else str(Stance(stance).label)
