"""Saved views: the list, the forms, and the short address that leads on to the page."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from positions.exceptions import Invalid, NotVisible
from positions.models import SavedView
from positions.queries.access import Reader, reader_of
from positions.queries.saved_views import saved_view_for, saved_views_for
from positions.services.saved_views import LONGEST_NAME, change_view, delete_view, read_address, save_view
from positions.web.page_view import page
from positions.web.words import clip_text

PAGE_WORDS = {
    "brief": gettext_lazy("Brief"),
    "changes": gettext_lazy("Changes"),
    "codebook": gettext_lazy("Codebook"),
    "compare": gettext_lazy("Two parties compared"),
    "concessions": gettext_lazy("Concessions"),
    "conditions": gettext_lazy("Conditions"),
    "contradictions": gettext_lazy("Contradictions"),
    "coverage": gettext_lazy("Coverage"),
    "home": gettext_lazy("Negotiations"),
    "issue-timeline": gettext_lazy("Timeline of an issue"),
    "matrix": gettext_lazy("Matrix"),
    "method": gettext_lazy("Method"),
    "negotiation": gettext_lazy("Overview"),
    "party-dossier": gettext_lazy("Dossier of a party"),
    "readouts": gettext_lazy("Two accounts of a meeting"),
    "red-lines": gettext_lazy("Red lines"),
    "reliability": gettext_lazy("Agreement between coders"),
    "round": gettext_lazy("Round"),
    "search": gettext_lazy("Search"),
    "source": gettext_lazy("Source"),
    "statement": gettext_lazy("Statement"),
    "story": gettext_lazy("Story"),
}
FormView = Callable[..., HttpResponse]


def form_page(view: FormView) -> FormView:
    """A page with a form for whoever is signed in; 404 for what is not theirs, never kept by a cache."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, reader_of(request.user), *args, **kwargs)
        except NotVisible:
            raise Http404 from None
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return login_required(require_http_methods(["GET", "HEAD", "POST"])(wraps(view)(answer)))


@page
def follow_view(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """On to the page, if the page answers this reader; else as if there were no such code."""
    view = saved_view_for(reader, code)
    if not answers(request, view.path, view.query):
        raise NotVisible("No such view.")
    response = HttpResponseRedirect(view.address)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@form_page
def list_views(request: HttpRequest, reader: Reader) -> HttpResponse:
    views = list(saved_views_for(reader))
    own = [view for view in views if view.owner_id == request.user.pk]
    context = {
        "own": [(view, tell_page(view)) for view in own],
        "shared": [(view, tell_page(view)) for view in views if view.owner_id != request.user.pk],
        "base": request.build_absolute_uri("/").rstrip("/"),
        "new": request.GET.get("new", ""),
    }
    return render(request, "saved_views.html", context)


@form_page
def add_view(request: HttpRequest, reader: Reader) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    address = asked.get("address", "")
    errors: dict[str, list[str]] = {}
    match = None
    try:
        match, query = read_address(address)
        path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        if not answers(request, path, query):
            raise NotVisible("No such page.")
        if request.method == "POST":
            view = save_view(reader, asked.get("name", ""), address, is_shared="is_shared" in asked)
            return redirect(f"{reverse('saved-views')}?new={view.code}#view-{view.code}")
    except Invalid as refusal:
        errors = refusal.errors
    suggested = str(PAGE_WORDS[match.url_name or ""]) if match else ""
    context = {
        "address": address,
        "name": asked.get("name", suggested),
        "is_shared": "is_shared" in asked,
        "is_sharable": match is not None and ("slug" in match.kwargs or "pk" in match.kwargs) and bool(reader.roles),
        "errors": errors,
        "longest": LONGEST_NAME,
        "can_save": match is not None,
    }
    return render(request, "saved_view_form.html", context, status=400 if errors else 200)


@form_page
def edit_view(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    view = _own(reader, code)
    errors: dict[str, list[str]] = {}
    name, is_shared = view.name, view.is_shared
    if request.method == "POST":
        name, is_shared = request.POST.get("name", ""), "is_shared" in request.POST
        try:
            change_view(reader, code, name, is_shared=is_shared)
            return redirect(f"{reverse('saved-views')}#view-{code}")
        except Invalid as refusal:
            errors = refusal.errors
    context = {
        "view": view,
        "name": name,
        "is_shared": is_shared,
        "is_sharable": view.negotiation is not None,
        "errors": errors,
        "longest": LONGEST_NAME,
        "can_save": True,
    }
    return render(request, "saved_view_form.html", context, status=400 if errors else 200)


@form_page
def drop_view(request: HttpRequest, reader: Reader, code: str) -> HttpResponse:
    """Asks first; deletes when asked again."""
    view = _own(reader, code)
    if request.method != "POST":
        return render(request, "saved_view_delete.html", {"view": view})
    delete_view(reader, code)
    return redirect("saved-views")


def _own(reader: Reader, code: str) -> SavedView:
    view = saved_view_for(reader, code)
    if reader.user is None or view.owner_id != reader.user.pk:
        raise NotVisible("No such view.")
    return view


def tell_page(view: SavedView) -> str:
    """``Matrix, River talks``."""
    words = str(PAGE_WORDS.get(view.page, ""))
    if view.negotiation is None:
        return words
    return _("%(page)s, %(negotiation)s") % {"page": words, "negotiation": clip_text(view.negotiation.title, 90)}


def answers(request: HttpRequest, path: str, query: str) -> bool:
    """Whether the page at this address answers the reader: the page itself decides, as it would when opened."""
    match = resolve(path)
    tried = copy(request)
    tried.method = "GET"
    tried.path = tried.path_info = path
    tried.META = {**request.META, "QUERY_STRING": query, "PATH_INFO": path, "REQUEST_METHOD": "GET"}
    tried.GET = QueryDict(query)
    tried.resolver_match = match
    try:
        return bool(match.func(tried, *match.args, **match.kwargs).status_code == 200)
    except Http404:
        return False
