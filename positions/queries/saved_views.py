"""The saved views a reader may list and follow."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from positions.exceptions import NotVisible
from positions.models import SavedView
from positions.queries.access import Reader


def saved_views_for(reader: Reader) -> QuerySet[SavedView]:
    """The reader's own views, and those shared with the members of their negotiations."""
    if reader.user is None:
        return SavedView.objects.none()
    shared = Q(is_shared=True, negotiation__in=list(reader.roles))
    return SavedView.objects.filter(Q(owner=reader.user) | shared).select_related("owner", "negotiation")


def own_views(reader: Reader) -> QuerySet[SavedView]:
    """Those the reader saved, newest first."""
    return SavedView.objects.filter(owner=reader.user) if reader.user else SavedView.objects.none()


def saved_view_for(reader: Reader, code: str) -> SavedView:
    """One of :func:`saved_views_for`. Raises :class:`NotVisible`, whether it is hidden or does not exist."""
    found = saved_views_for(reader).filter(code=code).first()
    if found is None:
        raise NotVisible("No such view.")
    return found
