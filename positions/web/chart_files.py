"""A chart as something to take away: what its file, picture and frame need, and the addresses a page offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from positions.enums import Tlp, Visibility
from positions.models import Negotiation
from positions.web.figure import Figure
from positions.web.query_string import Asked
from positions.web.words import say_day, say_instant


@dataclass(frozen=True, slots=True)
class ChartFile:
    """A chart ready to be written: ``name`` is the file's without its ending, ``query`` the state of its page.

    ``context`` fills ``template``; ``narrow``, where there is one, draws the same for a phone.
    """

    negotiation: Negotiation
    marking: Tlp
    name: str
    title: str
    asked: Asked
    query: str
    context: Mapping[str, object]
    template: str = "charts/figure.svg"
    narrow: Mapping[str, object] | None = None
    note: str = ""
    heading: str = ""  # over the frame; the title where it is empty

    @property
    def head(self) -> str:
        return self.heading or self.title


@dataclass(frozen=True, slots=True)
class ChartLinks:
    """The addresses of one chart's files, frame and oEmbed description, with the state of the page in them."""

    svg: str
    png: str
    csv: str
    embed: str
    oembed: str = ""
    title: str = ""


def link_chart(
    request: HttpRequest, name: str, negotiation: Negotiation, query: str, *args: object, title: str = ""
) -> ChartLinks:
    """The addresses of the chart ``name`` (see ``positions.web.chart_kinds``); ``query`` is empty or begins with ``?``.

    A description for other sites is announced only where everybody may see the negotiation.
    """
    addresses = [reverse(f"{name}-{form}", args=args) + query for form in ("svg", "png", "csv", "embed")]
    is_public = negotiation.visibility == Visibility.PUBLIC
    described = f"{reverse('oembed')}?url={quote(request.build_absolute_uri(), safe='')}" if is_public else ""
    svg, png, csv, embed = addresses
    return ChartLinks(svg, png, csv, embed, described, title)


def figure_file(
    negotiation: Negotiation,
    marking: Tlp,
    name: str,
    title: str,
    asked: Asked,
    query: str,
    figure: Figure,
    note: str = "",
) -> ChartFile:
    """A figure as a file."""
    return ChartFile(negotiation, marking, name, title, asked, query, {"figure": figure}, note=note)


def say_facts(negotiation: Negotiation, asked: Asked) -> str:
    """What a file is of and for which moment, so that it says so wherever it ends up."""
    day = say_day(asked.moment.as_of)
    if asked.known_at is None:
        return _("%(negotiation)s · as of %(day)s") % {"negotiation": negotiation.title, "day": day}
    return _("%(negotiation)s · as of %(day)s, as the record stood on %(known)s") % {
        "negotiation": negotiation.title,
        "day": day,
        "known": say_instant(asked.known_at),
    }
