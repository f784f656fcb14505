"""Bringing in a whole negotiation from a bundle file: administrators only, all or nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import page_of
from positions.admin.scope import reader_on
from positions.admin.words import say_count, say_number
from positions.exceptions import BundleRefused, Conflict, Invalid, NotPermitted, NotVisible
from positions.services.imports import ImportReport, import_bundle

MAX_BUNDLE_BYTES = 200_000_000


class BundleForm(forms.Form):
    """The file, and whether to write anything."""

    bundle = forms.FileField(
        help_text=gettext_lazy(
            "A JSON document with “format”: “positions-bundle/1”. "
            "Texts must be inside it (text), not beside it (text_file)."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
        label=gettext_lazy("Bundle"),
    )
    dry_run = forms.BooleanField(
        required=False,
        label=gettext_lazy("Only check it"),
        help_text=gettext_lazy("Say what would be added, and write nothing."),
    )

    def clean_bundle(self) -> Any:
        upload = self.cleaned_data["bundle"]
        if upload.size > MAX_BUNDLE_BYTES:
            raise forms.ValidationError(
                gettext(
                    "The file has %(size)s bytes; here the limit is %(limit)s. "
                    "Use manage.py import_bundle for larger ones."
                )
                % {"size": say_number(upload.size), "limit": say_number(MAX_BUNDLE_BYTES)}
            )
        return upload


def import_view(page: Any, request: HttpRequest) -> HttpResponse:
    """Show the form; import what is handed in and list every problem that stands in the way."""
    reader = reader_on(request)
    if not reader.is_administrator:
        raise PermissionDenied
    form = BundleForm(request.POST or None, request.FILES or None) if request.method == "POST" else BundleForm()
    problems: list[tuple[str, str]] = []
    report: ImportReport | None = None
    if request.method == "POST" and form.is_valid():
        dry_run = form.cleaned_data["dry_run"]
        try:
            report = import_bundle(reader, form.cleaned_data["bundle"].read(), dry_run=dry_run)
        except BundleRefused as refusal:
            problems = refusal.problems
        except (Invalid, Conflict, NotPermitted, NotVisible) as refusal:
            problems = [("$", str(refusal))]
        if report is not None and not dry_run:
            messages.success(
                request,
                gettext("Imported “%(negotiation)s”: %(counts)s.")
                % {"negotiation": report.negotiation.title, "counts": say_counts(report.counts)},
            )
            for place, warning in report.warnings:
                messages.warning(request, f"{place}: {warning}")
            return HttpResponseRedirect(page_of(report.negotiation))
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Import a bundle"),
        "opts": page.opts,
        "form": form,
        "problems": problems,
        "report": report,
        "counts": say_counts(report.counts) if report else "",
    }
    return TemplateResponse(request, "admin/positions/negotiation/import.html", context)


def say_counts(counts: dict[str, int]) -> str:
    """What was added and changed, in words."""
    return ", ".join(say_count(kind, number) for kind, number in counts.items() if number) or gettext("nothing new")
