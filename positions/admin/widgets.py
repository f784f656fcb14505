"""Select boxes that search, for rows of one negotiation."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Model
from django.forms.widgets import Script

from positions.models import Negotiation


class _Within:
    """Asks the search for one negotiation's rows only."""

    within: Any = None

    def get_url(self) -> str:
        url: str = super().get_url()  # type: ignore[misc]
        return f"{url}?{urlencode({'within': str(self.within)})}" if self.within else url

    @property
    def media(self) -> forms.Media:
        """With a script that gives the drawn box the words of its label."""
        drawn: forms.Media = super().media  # type: ignore[misc]
        script = Script("positions/js/search_boxes.js", type="module")
        return drawn + forms.Media(js=[script])  # type: ignore[list-item]  # the stubs know only paths


class WithinNegotiation(_Within, AutocompleteSelect):
    """One row of a negotiation, found by searching."""


class ManyWithinNegotiation(_Within, AutocompleteSelectMultiple):
    """Several rows of a negotiation, found by searching."""


def search_box(model: type[Model], field: str, within: Negotiation | None = None) -> WithinNegotiation:
    """A searching select box for the relation ``field`` of ``model``."""
    widget = WithinNegotiation(model._meta.get_field(field), admin.site)
    widget.within = within.pk if within else None
    return widget


def search_boxes(model: type[Model], field: str, within: Negotiation | None = None) -> ManyWithinNegotiation:
    """The same for several rows."""
    widget = ManyWithinNegotiation(model._meta.get_field(field), admin.site)
    widget.within = within.pk if within else None
    return widget
