"""Files a reader takes away: how they are named, and the marking they carry."""

from __future__ import annotations

from django.http import HttpResponse

from positions.enums import Tlp


def open_csv(name: str, marking: Tlp) -> HttpResponse:
    """An empty CSV file to write rows to, its marking in the header ``X-TLP`` and, where not clear, in its name."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{mark_name(name, marking)}.csv"'
    response.headers["X-TLP"] = marking.value
    return response


def mark_file(response: HttpResponse, name: str, ending: str, marking: Tlp) -> HttpResponse:
    """A file that a browser may show in place, named and marked as :func:`open_csv` does."""
    response.headers["Content-Disposition"] = f'inline; filename="{mark_name(name, marking)}.{ending}"'
    response.headers["X-TLP"] = marking.value
    return response


def mark_name(name: str, marking: Tlp) -> str:
    """A file's name with the marking in it: a name stays with a file that is passed on, a header does not."""
    return name if marking == Tlp.CLEAR else f"{name}.TLP-{marking.value.replace('+', '-')}"
