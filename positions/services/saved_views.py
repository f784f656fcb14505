"""Saving a page under a name and a short address, renaming, sharing and deleting it.

The log's entries name no negotiation: what somebody looks at is theirs, not part of its record.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import transaction
from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext

from positions.exceptions import Invalid, NotVisible
from positions.models import Negotiation, SavedView
from positions.queries.access import Reader, negotiation_for, sources_for, statements_for
from positions.queries.saved_views import own_views
from positions.services.events import record_event, snapshot
from positions.validators import text_fault, visible_characters

# The pages one reads; a test holds the list against the addresses there are.
READING_PAGES = frozenset(
    {
        "brief", "changes", "codebook", "compare", "concessions", "conditions", "contradictions", "coverage", "home",
        "issue-timeline", "matrix", "method", "negotiation", "party-dossier", "readouts", "red-lines", "reliability",
        "round", "search", "source", "statement", "story",
    }
)  # fmt: skip
MOST_VIEWS = 200
LONGEST_NAME = 80
LONGEST_PATH = 400
LONGEST_QUERY = 2000
CODE_BYTES = 12
SAVED = ("name", "path", "query", "is_shared")


@transaction.atomic
def save_view(reader: Reader, name: str, address: str, *, is_shared: bool = False) -> SavedView:
    """Keep the page at ``address`` (path and query, of this site) under a name.

    Raises :class:`Invalid` for an address that is no reading page, a name that cannot be kept, one view too many;
    :class:`NotVisible` where the negotiation, source or statement does not exist for the reader.
    """
    owner = _lock_owner(reader)
    match, query = read_address(address)
    negotiation = _negotiation_of(reader, match)
    errors = _name_errors(name)
    if own_views(reader).count() >= MOST_VIEWS:
        errors["__all__"] = gettext("You keep %(most)s saved views, the most there can be; delete one first.") % {
            "most": MOST_VIEWS
        }
    if errors:
        raise Invalid(errors)
    _require_sharable(reader, negotiation, is_shared)
    view = SavedView.objects.create(
        code=secrets.token_urlsafe(CODE_BYTES),
        owner=owner,
        name=name.strip(),
        page=match.url_name or "",
        path=reverse(match.view_name, args=match.args, kwargs=match.kwargs),
        query=query,
        negotiation=negotiation,
        is_shared=is_shared,
        created_at=timezone.now(),
    )
    record_event(actor=owner, action="view_saved", subject=view, negotiation=None, after=snapshot(view, *SAVED))
    return view


@transaction.atomic
def change_view(reader: Reader, code: str, name: str, *, is_shared: bool) -> SavedView:
    """Give one's own view another name, or share it with the negotiation's members or with nobody.

    Raises :class:`NotVisible` for a view that is not the reader's, :class:`Invalid` for the rest.
    """
    view = _own_view(reader, code)
    errors = _name_errors(name)
    if errors:
        raise Invalid(errors)
    if is_shared and not view.is_shared:
        _require_sharable(reader, view.negotiation, is_shared)
    before = snapshot(view, *SAVED)
    view.name, view.is_shared = name.strip(), is_shared
    after = snapshot(view, *SAVED)
    if before != after:
        view.save(update_fields=["name", "is_shared"])
        record_event(
            actor=reader.user, action="view_changed", subject=view, negotiation=None, before=before, after=after
        )
    return view


@transaction.atomic
def delete_view(reader: Reader, code: str) -> None:
    """Delete one's own view; its short address leads nowhere then. Raises :class:`NotVisible`."""
    view = _own_view(reader, code)
    record_event(
        actor=reader.user, action="view_deleted", subject=view, negotiation=None, before=snapshot(view, *SAVED)
    )
    view.delete()


def read_address(address: str) -> tuple[ResolverMatch, str]:
    """The reading page an address of this site leads to, and its query, encoded anew.

    Raises :class:`Invalid` for another site, another page, or an address too long to keep.
    """
    refused = Invalid({"address": gettext("Only pages of this site that one reads can be saved.")})
    if not address.startswith("/") or address.startswith(("//", "/\\")) or text_fault(address):
        raise refused
    too_long = Invalid({"address": gettext("This address is too long to be saved; choose fewer filters.")})
    try:
        parts = urlsplit(address)
        if len(parts.path) > LONGEST_PATH or len(parts.query) > LONGEST_QUERY:
            raise too_long
        match = resolve(parts.path)
        query = QueryDict(parts.query).urlencode()
    except (ValueError, Resolver404):
        raise refused from None
    if parts.netloc or match.url_name not in READING_PAGES or "%00" in query:
        raise refused
    if len(query) > LONGEST_QUERY:
        raise too_long
    return match, query


def _lock_owner(reader: Reader) -> User:
    """The person, held for the transaction so that two tabs cannot pass the limit together."""
    if reader.user is None:
        raise NotVisible(gettext("No such view."))
    return User.objects.select_for_update().get(pk=reader.user.pk)


def _own_view(reader: Reader, code: str) -> SavedView:
    found = own_views(reader).select_for_update().filter(code=code).first()
    if found is None:
        raise NotVisible(gettext("No such view."))
    return found


def _negotiation_of(reader: Reader, match: ResolverMatch) -> Negotiation | None:
    if "slug" in match.kwargs:
        return negotiation_for(reader, match.kwargs["slug"])
    if match.url_name not in ("source", "statement"):
        return None
    rows = sources_for(reader) if match.url_name == "source" else statements_for(reader)
    found = rows.filter(pk=match.kwargs["pk"]).select_related("negotiation").first()
    if found is None:
        raise NotVisible(gettext("No such page."))
    return found.negotiation


def _name_errors(name: str) -> dict[str, list[str] | str]:
    fault = text_fault(name)
    if fault:
        return {"name": fault}
    if not visible_characters(name):
        return {"name": gettext("Give the view a name.")}
    if len(name.strip()) > LONGEST_NAME:
        return {"name": gettext("A name has at most %(most)s characters.") % {"most": LONGEST_NAME}}
    if any(letter in name for letter in "\n\r\u2028\u2029"):
        return {"name": gettext("A name is one line.")}
    return {}


def _require_sharable(reader: Reader, negotiation: Negotiation | None, is_shared: bool) -> None:
    if is_shared and (negotiation is None or not reader.is_member(negotiation.pk)):
        raise Invalid({"is_shared": gettext("Only a page of a negotiation you are a member of can be shared.")})
