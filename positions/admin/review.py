"""The review page: one submitted reading after the other, decided with one button each."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from positions.admin.actions import ActionAdmin
from positions.admin.coding_actions import CommentForm, may_publish
from positions.admin.refusals import report_refusal
from positions.admin.scope import note_reads, reader_on
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Coding
from positions.queries.access import Reader
from positions.queries.review import reading_in_review
from positions.services.coding import publish_coding, reject_coding, return_coding

DONE = {"accept": "Published.", "return": "Returned to its coder, as a draft.", "reject": "Rejected."}
QUEUE = "?queue=review"


class DecisionForm(CommentForm):
    """What becomes of the reading, and what its coder is told."""

    decision = forms.ChoiceField(
        choices=[(name, name) for name in DONE], error_messages={"required": "Choose accept, return or reject."}
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
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        note_reads(request, coding.negotiation)
        reader = reader_on(request)
        shown = reading_in_review(reader, coding)
        form = DecisionForm(request.POST) if request.method == "POST" else DecisionForm()
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            try:
                decide(reader, coding, said["decision"], said["comment"])
            except Invalid as refusal:
                report_refusal(form, refusal)
            except (Conflict, NotPermitted, NotVisible) as refusal:
                form.add_error(None, f"{refusal} Nothing was saved; your comment is kept below.")
            else:
                messages.success(request, DONE[said["decision"]])
                if shown.next:
                    return HttpResponseRedirect(reverse("admin:positions_coding_review", args=[shown.next]))
                return HttpResponseRedirect(reverse("admin:positions_coding_changelist") + QUEUE)
        context = {
            **self.admin_site.each_context(request),
            "title": "Review a reading",
            "subtitle": str(coding),
            "opts": self.opts,
            "original": coding,
            "form": form,
            "shown": shown,
            "may_publish": may_publish(reader, coding),
        }
        return TemplateResponse(request, "admin/positions/coding/review.html", context)
