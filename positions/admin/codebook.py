"""The codebook at the desk: its versions, and what a new meaning leaves to be confirmed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin, ObjectAction
from positions.admin.base import ScopedAdmin, ScopedInline, StackedInline, holds, page_of
from positions.admin.codebook_forms import ComposeForm, digest_of
from positions.admin.codebook_worklist import answer_worklist
from positions.admin.filters import scoped
from positions.admin.scope import desk_negotiations, note_reads, reader_on
from positions.enums import Role
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import CodebookEntry, CodebookVersion, Negotiation
from positions.queries.access import Reader
from positions.queries.codebook import EntryWords, newest_version, outdated_by, words_in_force
from positions.services.codebook import edit_codebook_version, is_editable, publish_codebook_version
from positions.web.codebook import name_part, say_part

OVERTAKEN = gettext_lazy(
    "Somebody changed the codebook while you had it open. Nothing was saved: keep your words, "
    "open the page again, and enter them on what it says now."
)
READABLE_PARTS = ("definition", "proposal", "pole_for", "pole_against", "reference_point", "anchor_lines", "rules")


@admin.display(description=gettext_lazy("anchors"))
def say_anchors(entry: CodebookEntry) -> str:
    """Each stance with what it means and examples of it."""
    stances = sorted(entry.anchors, key=int, reverse=True)
    return "\n\n".join(f"{name_part(f'anchor {s}')}: {say_part(entry.anchors[s])}" for s in stances) or "–"


class CodebookEntryInline(ScopedInline, StackedInline):
    """What the version says of each issue; read here, composed on a page of its own."""

    model = CodebookEntry
    fields = readonly_fields = ("issue", *READABLE_PARTS)
    ordering = ("issue__rank", "issue__slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CodebookEntry]:
        rows: QuerySet[CodebookEntry] = super().get_queryset(request)
        return rows.select_related("issue", "version__negotiation")

    @admin.display(description=gettext_lazy("anchors"))
    def anchor_lines(self, entry: CodebookEntry) -> str:
        return say_anchors(entry)


@admin.register(CodebookEntry)
class CodebookEntryAdmin(ScopedAdmin):
    """Entries of all versions, to search in."""

    list_display = ("issue", "version_number", "negotiation", "proposal")
    list_filter = (scoped("version__negotiation"), scoped("issue"))
    list_select_related = ("issue", "version__negotiation")
    search_fields = ("issue__title", "definition", "proposal", "pole_for", "pole_against", "rules")
    search_help_text = gettext_lazy("Issue, or words of its entry")
    ordering = ("version__negotiation__title", "-version__version", "issue__rank", "issue__slug")
    fields = ("version", "issue", *READABLE_PARTS)
    readonly_fields = ("anchor_lines",)

    @admin.display(description=gettext_lazy("version"), ordering="version__version")
    def version_number(self, entry: CodebookEntry) -> int:
        return entry.version.version

    @admin.display(description=gettext_lazy("negotiation"), ordering="version__negotiation__title")
    def negotiation(self, entry: CodebookEntry) -> str:
        return entry.version.negotiation.title

    @admin.display(description=gettext_lazy("anchors"))
    def anchor_lines(self, entry: CodebookEntry) -> str:
        return say_anchors(entry)


def leads(reader: Reader, version: CodebookVersion) -> bool:
    """Whether the reader composes versions here."""
    return reader.has_role(version.negotiation_id, Role.LEAD)


def may_edit(reader: Reader, version: CodebookVersion) -> bool:
    """A lead, while no coding uses the version."""
    return leads(reader, version) and is_editable(version)


def codes_here(reader: Reader, version: CodebookVersion) -> bool:
    """Analysts and more."""
    return reader.has_role(version.negotiation_id, Role.ANALYST)


CODEBOOK_ACTIONS = (
    ObjectAction(
        "next",
        gettext_lazy("Compose the next version…"),
        leads,
        tone="primary",
        href=lambda v: f"{reverse('admin:positions_codebookversion_add')}?negotiation={v.negotiation_id}",
    ),
    ObjectAction(
        "edit",
        gettext_lazy("Edit it while unused…"),
        may_edit,
        href=lambda v: reverse("admin:positions_codebookversion_edit", args=[v.pk]),
    ),
    ObjectAction(
        "worklist",
        gettext_lazy("Readings to confirm…"),
        codes_here,
        href=lambda v: reverse("admin:positions_codebookversion_worklist", args=[v.pk]),
    ),
    ObjectAction(
        "read",
        gettext_lazy("Read it as a page"),
        codes_here,
        href=lambda v: f"{reverse('codebook', args=[v.negotiation.slug])}?version={v.version}",
    ),
)


@admin.register(CodebookVersion)
class CodebookVersionAdmin(ActionAdmin):
    """What stances mean, version by version: the next one is composed, a used one is never changed."""

    add_role = Role.LEAD
    list_display = ("version", "negotiation", "recorded_at", "codings_made")
    list_filter = (scoped("negotiation"),)
    list_select_related = ("negotiation",)
    search_fields = ("text", "negotiation__title")
    search_help_text = gettext_lazy("Words of the rules, or the negotiation")
    date_hierarchy = "recorded_at"
    ordering = ("negotiation__title", "-version")
    inlines = (CodebookEntryInline,)
    fields = ("negotiation", "version", "recorded_at", "text", "codings_made")
    readonly_fields = ("codings_made",)
    object_actions = CODEBOOK_ACTIONS

    def get_queryset(self, request: HttpRequest) -> QuerySet[CodebookVersion]:
        rows: QuerySet[CodebookVersion] = super().get_queryset(request).annotate(made=Count("codings"))
        return rows

    @admin.display(description=gettext_lazy("codings made under it"), ordering="made")
    def codings_made(self, version: Any) -> SafeString:
        address = f"{reverse('admin:positions_coding_changelist')}?codebook__id__exact={version.pk}&standing=all"
        return format_html('<a href="{}">{}</a>', address, version.made)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<uuid:pk>/edit/", view(self.edit_view), name="positions_codebookversion_edit"),
            path("<uuid:pk>/worklist/", view(self.worklist_view), name="positions_codebookversion_worklist"),
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        led = desk_negotiations(reader_on(request), Role.LEAD).order_by("title")
        asked = request.POST.get("negotiation") or request.GET.get("negotiation")
        negotiation = _one_of(led, asked)
        if negotiation is None:
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("Compose the next version of a codebook"),
                "opts": self.opts,
                "negotiations": led,
            }
            return TemplateResponse(request, "admin/positions/codebookversion/choose.html", context)
        return self.compose(request, negotiation, None)

    def edit_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Change the newest version in place while no coding uses it."""
        version = self.get_object(request, str(pk))
        if version is None or not holds(request, Role.LEAD, version):
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        if not is_editable(version):
            messages.error(request, gettext("This version is used or no longer the newest; compose the next version."))
            return HttpResponseRedirect(page_of(version))
        return self.compose(request, version.negotiation, version)

    def worklist_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """What a change of meaning left to be confirmed or recoded."""
        version = self.get_object(request, str(pk))
        if version is None or not holds(request, Role.ANALYST, version):
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        return answer_worklist(self, request, version)

    def compose(self, request: HttpRequest, negotiation: Negotiation, version: CodebookVersion | None) -> HttpResponse:
        """Show the form, what it would change, or publish it. ``version`` is the one edited; null for the next."""
        note_reads(request, negotiation)
        newest = version or newest_version(negotiation)
        words = words_in_force(negotiation, newest)
        filled_from = {"words": words, "text": newest.text if newest else "", "standing": digest_of(newest, words)}
        form = ComposeForm(request.POST if request.method == "POST" else None, **filled_from)  # type: ignore[arg-type]
        changed: list[EntryWords] = []
        if request.method == "POST" and form.is_valid():
            changed = form.changed_entries()
            if form.cleaned_data["seen"] != form.standing:
                form.add_error(None, OVERTAKEN)
            elif "_save" in request.POST:
                saved = self.save_composed(request, negotiation, version, form, changed)
                if saved is not None:
                    return HttpResponseRedirect(page_of(saved))
        before = {entry.issue.pk: entry for entry in words}
        outdated = outdated_by(changed, before)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Edit version %(version)s") % {"version": version.version}
            if version
            else gettext("Compose the next version"),
            "subtitle": negotiation.title,
            "opts": self.opts,
            "original": version,
            "negotiation": negotiation,
            "form": form,
            "is_preview": request.method == "POST",
            "text_changed": request.method == "POST" and "text" in form.changed_data,
            "changes": [_tell_changes(entry, before[entry.issue.pk], outdated) for entry in changed],
        }
        return TemplateResponse(request, "admin/positions/codebookversion/compose.html", context)

    def save_composed(
        self,
        request: HttpRequest,
        negotiation: Negotiation,
        version: CodebookVersion | None,
        form: ComposeForm,
        changed: list[EntryWords],
    ) -> CodebookVersion | None:
        """Publish or edit; null when it was refused, with the reasons at the form's fields."""
        reader, text, reason = reader_on(request), form.cleaned_data["text"], form.cleaned_data["reason"]
        try:
            if version is None:
                saved = publish_codebook_version(reader, negotiation, text, changed, reason)
            else:
                saved = edit_codebook_version(reader, version, text, changed, reason)
        except Invalid as refusal:
            form.report(refusal, changed)
            return None
        except (Conflict, NotPermitted, NotVisible) as refusal:
            form.add_error(None, gettext("%(refusal)s Nothing was saved.") % {"refusal": refusal})
            return None
        done = (
            gettext("Version %(version)s is saved.") % {"version": saved.version}
            if version
            else gettext("Version %(version)s is published.") % {"version": saved.version}
        )
        messages.success(request, done)
        return saved


def _one_of(led: QuerySet[Negotiation], asked: str | None) -> Negotiation | None:
    """The negotiation asked for among those the reader leads; the only one where none is asked for."""
    if asked:
        return next((negotiation for negotiation in led if str(negotiation.pk) == asked), None)
    found = list(led[:2])
    return found[0] if len(found) == 1 else None


def _tell_changes(entry: EntryWords, before: EntryWords, outdated: dict[UUID, int]) -> dict[str, Any]:
    parts = [
        {"name": name_part(name), "before": say_part(was), "after": say_part(now)}
        for name, (was, now) in entry.differences(before).items()
    ]
    return {"issue": entry.issue, "differences": parts, "outdated": outdated.get(entry.issue.pk)}
