"""The tagging page and its own JSON: what it starts from, what colleagues saved, and what somebody saves.

The page is HTML; everything below its address speaks JSON, refusals included: a session that ended is a
401 and never a redirect, so that a script that waits with unsaved work can tell what happened.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import AT_ONCE
from positions.admin.scope import note_reads, reader_on
from positions.admin.script_words import tagging_words
from positions.admin.tagging_requests import (
    STATEMENT_FIELDS,
    finish,
    read_body,
    read_passage,
    read_refusal,
    read_words,
)
from positions.api.problems import MEDIA_TYPE, problem_body
from positions.enums import Role
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Source, Statement
from positions.queries.choices import choices_for
from positions.queries.tagging import Payload, changes_since, source_for, statement_for, statement_payloads
from positions.queries.tagging_state import state_for, suggestion_payloads
from positions.queries.withholding import text_for
from positions.services.access import require_role
from positions.services.suggestions import refuse_suggestion
from positions.services.tagging import Overtaken, Tagged, save_tagged_passage
from positions.services.tagging_edits import edit_tagged_passage, withdraw_tagged_passage
from positions.services.tagging_undo import undo_last_action

View = Callable[..., HttpResponse]

# Whose page asks: on a shared browser the session may be another person's by now, who neither sees nor sends its work.
PAGE_OWNER = "X-Tagging-User"
SOMEBODY_ELSE = gettext_lazy("Somebody else is signed in now; sign in as %(name)s to send what you did here.")
SIGN_IN_AGAIN = gettext_lazy("Your session has ended. Sign in again; what you entered is still on this page.")
PARAGRAPH_GAP = re.compile(r"\n[^\S\n]*\n\s*")
LINE_GAP = re.compile(r"\n\s*")
# A paragraph longer than this is cut at its line ends, so that no browser lays out a megabyte at once.
LONG_PARAGRAPH = 5_000

logger = logging.getLogger("positions.tagging")


# ---------------------------------------------------------------- the page


def tag_page(request: HttpRequest, object_id: UUID, site: AdminSite) -> HttpResponse:
    """The source's text beside the panel in which it is tagged."""
    reader = reader_on(request)
    try:
        source = source_for(reader, object_id)
    except NotVisible:
        raise Http404 from None
    if not reader.has_role(source.negotiation_id, Role.ANALYST):
        raise PermissionDenied
    note_reads(request, source.negotiation)
    text = text_for(reader, source)
    context = {
        **site.each_context(request),
        "title": gettext("Tag %(source)s") % {"source": source.title},
        "opts": Source._meta,
        "script_words": tagging_words(),
        "source": source,
        "text": text,
        "paragraphs": list(paragraphs_of(text.text)) if text else [],
        "statement_url": f"{reverse('admin:positions_statement_add')}?source={source.pk}",
        "reader_url": reverse("source", args=[source.pk]),
    }
    return TemplateResponse(request, "admin/positions/source/tag.html", context)


def paragraphs_of(text: str) -> Iterator[dict[str, Any]]:
    """The paragraphs of a text in order: ``start`` in code points, ``text``, and the white space after as ``gap``."""
    for start, words, gap in _cut(text, 0, PARAGRAPH_GAP):
        lines = list(_cut(words, start, LINE_GAP)) if len(words) > LONG_PARAGRAPH else [(start, words, "")]
        for place, line, between in lines:
            yield {"start": place, "text": line, "gap": gap if place == lines[-1][0] else between}


def _cut(text: str, offset: int, gaps: re.Pattern[str]) -> Iterator[tuple[int, str, str]]:
    start = len(text) - len(text.lstrip("\n"))
    for gap in gaps.finditer(text, start):
        if gap.end() < len(text):
            yield offset + start, text[start : gap.start()], gap.group()
            start = gap.end()
    if start < len(text):
        words = text[start:].rstrip("\n")
        yield offset + start, words, text[start + len(words) :]


# ---------------------------------------------------------------- answers


def problem(status: int, detail: str, errors: Any = None, **members: Any) -> JsonResponse:
    """A refusal as ``application/problem+json``."""
    return JsonResponse({**problem_body(status, detail, errors), **members}, status=status, content_type=MEDIA_TYPE)


def answers_json(*methods: str) -> Callable[[View], View]:
    """A view below the page's address: for analysts who are signed in, with every refusal as a problem.

    It is called with the source instead of its id.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, object_id: UUID, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                refusal = problem(405, gettext("This address takes %(methods)s.") % {"methods": " or ".join(methods)})
                refusal.headers["Allow"] = ", ".join(methods)
                return refusal
            try:
                response = _answer(view, request, object_id, **kwargs)
            except Exception as failure:
                response = _refuse(failure)
            response.headers["Cache-Control"] = "no-store"
            return response

        return answer

    return decorate


def _answer(view: View, request: HttpRequest, object_id: UUID, **kwargs: Any) -> HttpResponse:
    if not request.user.is_authenticated:
        return problem(401, str(SIGN_IN_AGAIN))
    owner = unquote(request.headers.get(PAGE_OWNER, ""))
    if owner and owner != request.user.get_username():
        return problem(401, SOMEBODY_ELSE % {"name": owner})
    reader = reader_on(request)
    if reader.user is None or not reader.user.is_staff:
        return problem(403, gettext("The desk is for staff; ask a lead of the negotiation for access."))
    source = source_for(reader, object_id)
    require_role(reader, source.negotiation, Role.ANALYST)
    try:
        return view(request, source, **kwargs)
    except Overtaken as refusal:
        current = _payloads(request, source, [refusal.current] if refusal.current else [])
        return problem(409, str(refusal), current=next(iter(current), None))


def _refuse(failure: Exception) -> HttpResponse:
    match failure:
        case NotVisible():
            return problem(404, str(failure))
        case NotPermitted():
            return problem(403, str(failure))
        case Invalid():
            return problem(400, str(failure), failure.errors)
        case Conflict():
            return problem(409, str(failure), current=None)
        case IntegrityError():
            logger.warning("Two writers at one moment", exc_info=failure)
            return problem(409, str(AT_ONCE), current=None)
    raise failure


def _payloads(request: HttpRequest, source: Source, statements: list[Statement]) -> list[Payload]:
    ids = [statement.pk for statement in statements]
    return statement_payloads(reader_on(request), source, ids) if ids else []


def _outcome(request: HttpRequest, source: Source, tagged: Tagged, *, status: int = 200) -> HttpResponse:
    content = {
        "statements": _payloads(request, source, tagged.statements),
        "gone": [str(statement.pk) for statement in tagged.gone],
        "undo": str(tagged.event.pk),
    }
    return JsonResponse(content, status=200 if tagged.is_repeat else status)


# ---------------------------------------------------------------- looking


@answers_json("GET", "HEAD")
def state(request: HttpRequest, source: Source) -> HttpResponse:
    """Everything the page needs to begin."""
    note_reads(request, source.negotiation)
    return JsonResponse(state_for(reader_on(request), source))


@answers_json("GET", "HEAD")
def changes(request: HttpRequest, source: Source) -> HttpResponse:
    """What happened to the source's statements since a cursor."""
    found = changes_since(reader_on(request), source, request.GET.get("cursor", ""))
    if found.statements:
        note_reads(request, source.negotiation)
    return JsonResponse({"cursor": found.cursor, "statements": found.statements, "gone": found.gone})


@answers_json("GET", "HEAD")
def choices(request: HttpRequest, source: Source) -> HttpResponse:
    """Parties or people by what somebody types."""
    asked = request.GET
    found = choices_for(
        reader_on(request), source.negotiation, asked.get("kind", ""), asked.get("q", ""), asked.get("party", "")
    )
    return JsonResponse({"results": found})


@answers_json("GET", "HEAD")
def suggestions(request: HttpRequest, source: Source) -> HttpResponse:
    """What the machine suggests for the text, without what people refused or coded."""
    return JsonResponse({"suggestions": suggestion_payloads(reader_on(request), source)})


# ---------------------------------------------------------------- saving


@answers_json("POST")
def add_statement(request: HttpRequest, source: Source) -> HttpResponse:
    """A passage with its readings: 201 when it was written, 200 when it had been written before."""
    reader = reader_on(request)
    passage = read_passage(reader, source, read_body(request, STATEMENT_FIELDS))
    return _outcome(request, source, save_tagged_passage(reader, source, passage), status=201)


@answers_json("POST")
def edit_statement(request: HttpRequest, source: Source, statement_id: UUID) -> HttpResponse:
    """What a statement and its readings say from now on."""
    reader = reader_on(request)
    statement = statement_for(reader, source, statement_id)
    node = read_body(request, (*STATEMENT_FIELDS, "version", "reason"))
    version, reason = node.text("version", required=True), read_words(node, "reason")
    passage = read_passage(reader, source, node)
    return _outcome(request, source, edit_tagged_passage(reader, statement, passage, version, reason))


@answers_json("POST")
def withdraw_statement(request: HttpRequest, source: Source, statement_id: UUID) -> HttpResponse:
    """A statement out of the record, with its readings."""
    reader = reader_on(request)
    statement = statement_for(reader, source, statement_id)
    node = read_body(request, ("version", "reason"))
    version, reason = node.text("version", required=True), read_words(node, "reason")
    finish(node)
    return _outcome(request, source, withdraw_tagged_passage(reader, statement, version, reason))


@answers_json("POST")
def undo(request: HttpRequest, source: Source) -> HttpResponse:
    """Somebody's own last step taken back."""
    node = read_body(request, ("token",))
    token = node.text("token", required=True)
    finish(node)
    undone = undo_last_action(reader_on(request), source, token)
    gone = [str(statement.pk) for statement in undone.gone]
    return JsonResponse({"statements": _payloads(request, source, undone.statements), "gone": gone})


@answers_json("POST")
def refusals(request: HttpRequest, source: Source) -> HttpResponse:
    """A suggestion that is not to be made again."""
    reader = reader_on(request)
    start, end, party, issue = read_refusal(reader, source, read_body(request, ("start", "end", "party", "issue")))
    text = text_for(reader, source)
    if text is None:
        raise Invalid(gettext("This source has no text, so nothing is suggested for it."))
    refuse_suggestion(reader, text, start, end, party, issue)
    return HttpResponse(status=204)


def tagging_urls(site: AdminSite) -> list[URLPattern]:
    """The page, and what its script asks."""

    def page(request: HttpRequest, object_id: UUID) -> HttpResponse:
        return tag_page(request, object_id, site)

    below = {
        "state/": (state, "state"),
        "changes/": (changes, "changes"),
        "choices/": (choices, "choices"),
        "suggestions/": (suggestions, "suggestions"),
        "statements/": (add_statement, "statements"),
        "statements/<uuid:statement_id>/": (edit_statement, "edit"),
        "statements/<uuid:statement_id>/withdrawal/": (withdraw_statement, "withdrawal"),
        "undo/": (undo, "undo"),
        "refusals/": (refusals, "refusals"),
    }
    return [
        path("<uuid:object_id>/tag/", site.admin_view(page), name="positions_source_tag"),
        *(
            path(f"<uuid:object_id>/tag/{tail}", view, name=f"positions_source_tag_{name}")
            for tail, (view, name) in below.items()
        ),
    ]
