"""The form a source is entered and kept up in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import choose_within
from positions.admin.refusals import ServiceForm
from positions.admin.scope import desk_rows, reader_on
from positions.admin.widgets import search_box
from positions.analysis.anchors import canonical_text
from positions.enums import DerivationKind
from positions.models import Source
from positions.services.sources import SourceFacts, same_text_elsewhere

FACTS = (
    "title",
    "kind",
    "publisher",
    "author",
    "url",
    "archive_url",
    "published_on",
    "language",
    "reliability",
    "tlp",
    "attribution",
    "text_access",
    "derived_from",
    "derivation_kind",
    "note",
)


class SourceForm(ServiceForm):
    """A document's facts, and its text while it has none."""

    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 18, "cols": 90, "dir": "auto", "spellcheck": "false", "class": "vLargeTextField source-text"}
        ),
        help_text=gettext_lazy(
            "Paste the whole text. It is fixed once it is saved, and every quotation is checked against it. "
            "Leave it empty for a source without text, such as a roll call."
        ),
        label=gettext_lazy("Text"),
    )

    class Meta:
        help_texts = {
            "key": gettext_lazy(
                "A short name for files and tools; unique in the negotiation. Made for you when left empty."
            ),
            "reliability": gettext_lazy("How far this source can be trusted, whatever it says here."),
            "attribution": gettext_lazy(
                "The rule under which the words were spoken; the stricter of source and statement counts."
            ),
            "tlp": gettext_lazy("How far it may travel; RED never leaves the members."),
            "text_access": gettext_lazy(
                "Members only where copyright forbids showing the whole text; quotations are shown."
            ),
            "derived_from": gettext_lazy(
                "The source of this negotiation that this one translates, re-posts, reports or excerpts."
            ),
            "language": gettext_lazy("BCP 47, such as en, ru, zh-Hant."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
        if not self.instance._state.adding:
            choose_within(self, self.instance.negotiation, ["derived_from"])

    def clean_text(self) -> str:
        return canonical_text(self.cleaned_data["text"])

    def is_multipart(self) -> bool:
        """Long texts travel better this way: ten million characters would triple as a URL-encoded form."""
        return True


def source_facts(said: dict[str, Any]) -> SourceFacts:
    """The facts a form says."""
    return SourceFacts(**{name: said[name] for name in FACTS}, key=said.get("key") or None)


class DerivationForm(forms.Form):
    """From which source of the negotiation a source derives, and how."""

    def __init__(self, *args: Any, source: Source, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = desk_rows(reader_on(request), Source).filter(negotiation=source.negotiation_id).exclude(pk=source.pk)
        widget = search_box(Source, "derived_from", source.negotiation)
        self.fields["derived_from"] = forms.ModelChoiceField(
            others,
            required=False,
            widget=widget,
            help_text=gettext("Leave empty where it derives from none."),
            label=gettext("Derived from"),
        )
        kinds = [("", "–"), *DerivationKind.choices]
        self.fields["derivation_kind"] = forms.ChoiceField(
            choices=kinds, required=False, label=gettext("How it derives")
        )
        if not self.is_bound and not self.initial.get("derived_from"):
            self.initial.update(derived_from=source.derived_from_id, derivation_kind=source.derivation_kind)


def twins_of(source: Source, canonical: str) -> list[Source]:
    """Other sources of the negotiation with the very same text."""
    return [other for other in same_text_elsewhere(source.negotiation, canonical) if other.pk != source.pk]
