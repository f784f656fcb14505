"""The codebook as readers see it: what each stance means, version by version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from positions.models import Issue
from positions.queries.access import Reader
from positions.queries.codebook import STANCES, EntryWords, codebook_for, codings_by_version
from positions.web.page_view import page
from positions.web.query_string import BadParameter
from positions.web.record import find_negotiation
from positions.web.words import STANCE_WORDS, sign_stance

NAMES = {
    "definition": _("definition"),
    "proposal": _("proposal"),
    "pole_for": _("+2 pole"),
    "pole_against": _("−2 pole"),
    "reference_point": _("reference point"),
    "rules": _("decision rules"),
}


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """What one stance means on an issue, with examples of it."""

    sign: str
    words: str
    meaning: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One part of an entry that reads otherwise than in the version before."""

    name: str
    before: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An issue's entry as the page tells it."""

    issue: Issue
    words: EntryWords
    anchors: tuple[AnchorRow, ...]
    changes: tuple[Change, ...]


@page
def codebook(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    for name in request.GET:
        if name != "version":
            raise BadParameter(name, request.GET[name], gettext("is no parameter of this page; it takes version"))
    asked = request.GET.get("version", "")
    if asked and not (asked.isascii() and asked.isdigit() and 0 < len(asked) < 10):
        raise BadParameter("version", asked, gettext("is not the number of a version"))
    negotiation, _ = find_negotiation(reader, slug)
    read = codebook_for(reader, negotiation, int(asked) if asked else None)
    if read is None and asked:
        raise Http404
    context: dict[str, Any] = {"negotiation": negotiation, "read": read}
    if read is not None:
        counts = codings_by_version(reader, negotiation)
        context["versions"] = [
            (version, counts.get(version.version, (0, 0))[0], version == read.version)
            for version in reversed(read.versions)
        ]
        context["rows"] = [_row(words, read.differences.get(words.issue.pk, {})) for words in read.entries]
    return render(request, "codebook.html", context)


def _row(words: EntryWords, differences: Mapping[str, tuple[Any, Any]]) -> EntryRow:
    anchors = tuple(
        AnchorRow(
            sign_stance(int(stance)),
            str(STANCE_WORDS[int(stance)]),
            str(words.anchors[stance].get("meaning", "")),
            tuple(words.anchors[stance].get("examples", ())),
        )
        for stance in STANCES
        if stance in words.anchors
    )
    changes = tuple(Change(name_part(name), say_part(before)) for name, (before, _) in differences.items())
    return EntryRow(words.issue, words, anchors, changes)


def name_part(name: str) -> str:
    """A part of an entry in the page's words."""
    if name in NAMES:
        return str(NAMES[name])
    return gettext("anchor {stance}").format(stance=sign_stance(int(name.removeprefix("anchor "))))


def say_part(part: Any) -> str:
    """The words of a part: a text as it is, an anchor as its meaning and examples; empty where there were none."""
    if not part:
        return ""
    if isinstance(part, str):
        return part
    return "\n".join([part.get("meaning", ""), *(f"– {example}" for example in part.get("examples", ()))])
