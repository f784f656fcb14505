"""Files a reader takes away: how they are named, and the marking they carry."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from positions.enums import Tlp
from positions.formats.cells import guard_cell


def write_csv(name: str, marking: Tlp, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A CSV file of guarded cells, its marking in the header ``X-TLP`` and, where not clear, in its name."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{mark_name(name, marking)}.csv"'
    response.headers["X-TLP"] = marking.value
    writer = csv.writer(response)
    writer.writerow(columns)
    writer.writerows([guard_cell(str(cell)) for cell in row] for row in rows)
    return response


def mark_file(response: HttpResponse, name: str, ending: str, marking: Tlp) -> HttpResponse:
    """A file that a browser may show in place, named and marked as :func:`write_csv` does."""
    response.headers["Content-Disposition"] = f'inline; filename="{mark_name(name, marking)}.{ending}"'
    response.headers["X-TLP"] = marking.value
    return response


def mark_name(name: str, marking: Tlp) -> str:
    """A file's name with the marking in it: a name stays with a file that is passed on, a header does not."""
    return name if marking == Tlp.CLEAR else f"{name}.TLP-{marking.value.replace('+', '-')}"
