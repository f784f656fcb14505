"""A person's watches and what they found: the page, and the Atom feed with a token of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from positions.enums import WatchDelivery, WatchKind
from positions.exceptions import Invalid, NotPermitted, NotVisible
from positions.models import FeedToken, Issue, Negotiation, Party, Watch
from positions.queries.access import Reader, issues_for, negotiations_for, parties_for, reader_of
from positions.queries.watches import notices_of, told_to, watches_of
from positions.services.watches import (
    WatchFacts,
    change_watch,
    delete_watch,
    make_feed_token,
    mark_read,
    owner_of_feed,
    revoke_feed_token,
    set_watch,
)
from positions.web.notices import NoticeLine, tell_notices

NOTICES_ON_A_PAGE = 30
NOTICES_IN_THE_FEED = 100
NAMES_OFFERED = 500
NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class WatchForm(forms.Form):
    """What is to be watched for. Parties and issues are those of the negotiation chosen before."""

    kind = forms.ChoiceField(label=_("Tell me when"), choices=WatchKind.choices, initial=WatchKind.MOVE)
    party = forms.ModelChoiceField(
        label=_("Party"),
        queryset=Party.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Any party"),
    )
    issue = forms.ModelChoiceField(
        label=_("Issue"),
        queryset=Issue.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Any issue"),
    )
    delivery = forms.ChoiceField(label=_("How to tell me"), choices=WatchDelivery.choices, initial=WatchDelivery.DAILY)
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("For your own list; may be left empty.")
    )

    def __init__(self, reader: Reader, negotiation: Negotiation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        issues = issues_for(reader).filter(negotiation=negotiation, merged_into=None).order_by("rank", "slug")
        parties = parties_for(reader).filter(negotiations=negotiation, merged_into=None).order_by("name", "slug")
        self.fields["issue"].queryset = issues  # type: ignore[attr-defined]
        self.fields["party"].queryset = parties  # type: ignore[attr-defined]

    def facts(self) -> WatchFacts:
        """What the form says."""
        said = self.cleaned_data
        return WatchFacts(
            kind=said["kind"],
            party=said["party"],
            issue=said["issue"],
            name=said["name"],
            delivery=said["delivery"],
        )

    def add_refusal(self, refusal: Invalid) -> None:
        """Show what the service refused beside the fields that were wrong."""
        for name, messages in refusal.errors.items():
            self.add_error(name if name in self.fields else None, messages)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def watches(request: HttpRequest) -> HttpResponse:
    """What was found, the watches, and a form for a new one on the negotiation that ``negotiation`` names."""
    reader = reader_of(request.user)
    negotiations = _offered(reader)
    slug = request.POST.get("negotiation") or request.GET.get("negotiation") or ""
    chosen = next((each for each in negotiations if each.slug == slug), None)
    if slug and chosen is None:
        raise Http404
    form: WatchForm | None = None
    if chosen is not None:
        given = {name: request.GET[name] for name in ("kind", "party", "issue") if name in request.GET}
        form = WatchForm(reader, chosen, request.POST or None, initial=given)
    if request.method == "POST" and form is not None and chosen is not None and form.is_valid():
        try:
            set_watch(reader, chosen, form.facts())
            return HttpResponseRedirect(reverse("watches"))
        except Invalid as refusal:
            form.add_refusal(refusal)
        except NotPermitted as refusal:
            form.add_error("kind", str(refusal))
    return _show(request, reader, negotiations, chosen, form)


def _show(
    request: HttpRequest,
    reader: Reader,
    negotiations: list[Negotiation],
    chosen: Negotiation | None = None,
    form: WatchForm | None = None,
    token: str = "",
) -> HttpResponse:
    page = Paginator(notices_of(reader), NOTICES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "negotiations": negotiations,
        "chosen": chosen,
        "form": form,
        "watches": list(watches_of(reader)),
        "deliveries": WatchDelivery.choices,
        "notices": tell_notices(reader, told_to(reader, page)),
        "page": page,
        "has_unread": notices_of(reader).filter(read_at=None).exists(),
        "has_mail": bool(reader.user and reader.user.email),
        "has_feed": FeedToken.objects.filter(user=reader.user).exists(),
        "feed_address": request.build_absolute_uri(reverse("watch-feed", args=[token])) if token else "",
    }
    wrong = form is not None and bool(form.errors)
    return render(request, "watches.html", context, status=400 if wrong else 200)


def _offered(reader: Reader) -> list[Negotiation]:
    return list(negotiations_for(reader).order_by("title", "slug")[:NAMES_OFFERED])


def _own_watch(request: HttpRequest, pk: UUID) -> tuple[Reader, Watch]:
    reader = reader_of(request.user)
    watch = watches_of(reader).filter(pk=pk).first()
    if watch is None:
        raise Http404
    return reader, watch


@login_required
@require_POST
def watch_delivery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tell it another way."""
    reader, watch = _own_watch(request, pk)
    facts = WatchFacts(kind=watch.kind, party=watch.party, issue=watch.issue, name=watch.name, delivery=watch.delivery)
    try:
        change_watch(reader, watch, replace(facts, delivery=request.POST.get("delivery", "")))
    except Invalid as refusal:
        return render(request, "watch_refused.html", {"problem": str(refusal)}, status=400)
    except NotVisible:
        raise Http404 from None
    return HttpResponseRedirect(reverse("watches"))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def watch_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks once more: what the watch found goes with it."""
    reader, watch = _own_watch(request, pk)
    if request.method != "POST":
        return render(request, "watch_delete.html", {"watch": watch, "found": watch.notices.count()})
    try:
        delete_watch(reader, watch)
    except NotVisible:
        raise Http404 from None
    return HttpResponseRedirect(reverse("watches"))


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Everything that was found is read."""
    reader = reader_of(request.user)
    mark_read(reader, notices_of(reader))
    return HttpResponseRedirect(reverse("watches"))


@login_required
@never_cache
@require_POST
@sensitive_variables("token")
def watch_feed_token(request: HttpRequest) -> HttpResponse:
    """A new address for the feed, which stands on this one answer, or none at all."""
    reader = reader_of(request.user)
    if "revoke" in request.POST:
        revoke_feed_token(reader)
        return HttpResponseRedirect(f"{reverse('watches')}#feed")
    token = make_feed_token(reader)
    return _show(request, reader, _offered(reader), token=token)


@never_cache
@require_safe
def watch_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The notices as Atom (RFC 4287) for whoever has the address: it is a secret of its own and only reads."""
    try:
        reader = owner_of_feed(token)
    except NotVisible:
        raise Http404 from None
    told = told_to(reader, notices_of(reader)[:NOTICES_IN_THE_FEED])
    address = request.build_absolute_uri(reverse("watches"))
    feed = Atom1Feed(
        title=gettext("What your watches found"),
        link=address,
        description="",
        feed_url=request.build_absolute_uri(request.path),
        language=request.LANGUAGE_CODE,
    )
    for line in tell_notices(reader, told):
        feed.add_item(
            title=plain(line.sentence),
            link=request.build_absolute_uri(line.address),
            description=plain(describe(line)),
            unique_id=f"urn:uuid:{line.id}",
            pubdate=line.found_at,
            updateddate=line.found_at,
            categories=[line.marking.label],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def describe(line: NoticeLine) -> str:
    """A notice's negotiation and quotations as plain text."""
    quoted = [f"“{each.short}” ({each.who}, {each.said})" for each in line.quotations if each.text]
    return "\n".join([line.negotiation.title, *quoted, line.marking.label])


def plain(words: str) -> str:
    """Text that XML 1.0 can hold: it has no place for most control characters."""
    return NO_XML.sub("\N{REPLACEMENT CHARACTER}", words)
