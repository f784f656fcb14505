"""Agreement between the coders of a negotiation: figures, the matrix behind one of them, the worst units."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from positions.analysis.coders import METRICS_BY_FIELD, OF_STATEMENTS, FieldAgreement
from positions.analysis.reliability import RELIABLE, TENTATIVE, Value
from positions.enums import CodingState, Move
from positions.formats.cells import guard_cell
from positions.models import Issue, Negotiation
from positions.queries.access import Reader
from positions.queries.reliability import (
    CoderReadings,
    QuotedDisagreement,
    Selection,
    coder_readings_for,
    matrix_on,
    party_names,
    reliability_for,
    worst_units_for,
)
from positions.web.agreement_scale import AgreementScale, draw_agreement, judge, lowest_of, say_share
from positions.web.chart_files import link_chart
from positions.web.page_view import page
from positions.web.query_string import BadParameter
from positions.web.quotations import Quotation, quote_statement
from positions.web.record import find_negotiation
from positions.web.words import count_of, join_words, sign_stance, write_number

WORST_SHOWN = 12
TAKEN = ("issue", "coders", "codebook", "field")
FIELD_WORDS = {
    "stance": _("Stance"),
    "state": _("State"),
    "move": _("Move"),
    "red_line": _("Red line"),
    "issue": _("Issue"),
    "party": _("Party"),
}
METRIC_WORDS = {"nominal": _("nominal"), "ordinal": _("ordinal"), "interval": _("interval")}
REASON_WORDS = {
    "no unit was coded by two coders": _("no unit was coded by two coders"),
    "only one value was ever used": _("only one value was ever used"),
}
CSV_COLUMNS = (
    "field", "metric", "alpha", "low", "high", "percent_agreement", "units", "coders", "multiple", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field's figures as the page tells them."""

    field: str
    words: str
    found: FieldAgreement
    metric: str
    reason: str
    alpha: str
    low: str
    high: str
    percent: str
    judged: str
    scale: AgreementScale | None


@dataclass(frozen=True, slots=True)
class Coinciding:
    """The coincidence matrix of one field: a row and a column for each value, cells as counts of values."""

    words: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, bool], ...], str], ...]
    total: str


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What one coder read, with each field and whether the coders differ on it."""

    coder: str
    cells: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class WorstUnit:
    """A unit on which coders differ, with the passages they read."""

    issue: str
    party: str
    quotations: tuple[Quotation, ...]
    readings: tuple[ReadingRow, ...]
    differs_in: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What the address asks for, read against what there is."""

    negotiation: Negotiation
    issues: Mapping[str, Issue]
    readings: CoderReadings
    selection: Selection
    issue: str
    coders: tuple[str, ...]
    field: str

    @property
    def query(self) -> str:
        """The selection as a query string, without the field of the matrix."""
        pairs = [("issue", self.issue), *(("coders", name) for name in self.coders)]
        pairs += [("codebook", str(self.selection.codebook or ""))]
        text = urlencode([(name, value) for name, value in pairs if value])
        return f"?{text}" if text else ""


def read_asked(query: QueryDict, reader: Reader, slug: str) -> Asked:
    """The selection of an address. Raises ``NotVisible`` or ``BadParameter``."""
    for name in query:
        if name not in TAKEN:
            raise BadParameter(
                name,
                query.get(name, ""),
                gettext("is no parameter of this page; it takes {names}").format(names=join_words(TAKEN)),
            )
    negotiation, issues = find_negotiation(reader, slug)
    readings = coder_readings_for(reader, negotiation)
    issue, codebook = query.get("issue", ""), query.get("codebook", "")
    field = query.get("field", "") or "stance"
    if issue and issue not in issues:
        raise BadParameter("issue", issue, gettext("no issue of this name is in the negotiation"))
    if field not in METRICS_BY_FIELD:
        raise BadParameter(
            "field", field, gettext("coders are compared on {fields}").format(fields=join_words(list(METRICS_BY_FIELD)))
        )
    if codebook and codebook not in map(str, readings.codebooks):
        raise BadParameter("codebook", codebook, gettext("no reading here was made under this version"))
    coders = _read_coders(query, reader, negotiation, readings)
    selection = Selection(
        [issues[issue]] if issue else None, coders if len(coders) == 2 else None, int(codebook) if codebook else None
    )
    return Asked(negotiation, issues, readings, selection, issue, coders, field)


def _read_coders(
    query: QueryDict, reader: Reader, negotiation: Negotiation, readings: CoderReadings
) -> tuple[str, ...]:
    named = [name for name in query.getlist("coders") if name]
    if len(named) == 1 and named[0] not in readings.coders:
        named = [name for name in named[0].split(",") if name]
    if named and not reader.is_member(negotiation.pk):
        raise BadParameter(
            "coders", named[0], gettext("is for members of the negotiation; to others coders have no names")
        )
    for name in named:
        if name not in readings.coders:
            raise BadParameter(
                "coders", name, gettext("nobody of this name handed in a reading here that you may count")
            )
    if len(set(named)) > 2:
        raise BadParameter("coders", ", ".join(named), gettext("takes two coders"))
    return tuple(dict.fromkeys(named))


@page
def reliability(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    asked = read_asked(request.GET, reader, slug)
    found = reliability_for(asked.readings, asked.selection)
    lowest = lowest_of([each.agreement for each in found])
    rows = [tell_field(each, lowest) for each in found]
    is_member = reader.is_member(asked.negotiation.pk)
    matrix = matrix_on(asked.readings, asked.field, asked.selection)
    worst, differing = worst_units_for(reader, asked.negotiation, asked.readings, asked.selection, WORST_SHOWN)
    named = {reading.party for each in worst for reading in each.found.readings}
    named |= {value for value, _ in matrix} if asked.field == "party" else set()
    names = {str(issue.pk): issue.title for issue in asked.issues.values()} | party_names(reader, named)
    context = {
        "negotiation": asked.negotiation,
        "asked": asked,
        "is_member": is_member,
        "lede": tell_agreement(rows[0]),
        "rows": rows,
        "matrix": _lay_matrix(asked.field, matrix, names),
        "fields": list(FIELD_WORDS.items()),
        "worst": [_tell_unit(each, names, reader) for each in worst],
        "differing": differing,
        "take_away": link_chart(request, "reliability", asked.negotiation, asked.query, slug),
        "thresholds": (say_share(RELIABLE), say_share(TENTATIVE)),
    }
    return render(request, "reliability.html", context)


@page
def reliability_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    asked = read_asked(request.GET, reader, slug)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{asked.negotiation.slug}-reliability.csv"'
    writer = csv.writer(response)
    writer.writerow(CSV_COLUMNS)
    for each in reliability_for(asked.readings, asked.selection):
        agreement = each.agreement
        cells = (
            each.field, agreement.metric, agreement.alpha, agreement.low, agreement.high, agreement.percent_agreement,
            agreement.units, each.coders, each.multiple, agreement.reason,
        )  # fmt: skip
        writer.writerow(["" if cell is None else guard_cell(str(cell)) for cell in cells])
    return response


def tell_agreement(stance: FieldRow) -> str:
    """The stance's agreement in a sentence: the figure that positions rest on."""
    found = stance.found
    if stance.scale is None:
        return gettext("Agreement on stances cannot be computed: {reason}.").format(reason=stance.reason)
    sentence = ngettext(
        "On stances, {coders} reach an alpha of {alpha} over {count} unit: {judged}.",
        "On stances, {coders} reach an alpha of {alpha} over {count} units: {judged}.",
        found.agreement.units,
    )
    return sentence.format(
        coders=count_of(found.coders, "coder"), alpha=stance.alpha, count=found.agreement.units, judged=stance.judged
    )


def say_reason(reason: str | None) -> str:
    """Why a figure is undefined, in the reader's language."""
    return str(REASON_WORDS.get(reason, reason)) if reason else ""


def tell_field(found: FieldAgreement, lowest: float) -> FieldRow:
    """A field's figures in words, its scale beginning at ``lowest``."""
    agreement = found.agreement
    percent = agreement.percent_agreement
    return FieldRow(
        field=found.field,
        words=str(FIELD_WORDS[found.field]),
        found=found,
        metric=str(METRIC_WORDS.get(agreement.metric, agreement.metric)),
        reason=say_reason(agreement.reason),
        alpha=say_share(agreement.alpha),
        low=say_share(agreement.low),
        high=say_share(agreement.high),
        percent="–" if percent is None else f"{write_number(round(percent * 100))} %",
        judged="" if agreement.alpha is None else judge(agreement.alpha),
        scale=draw_agreement(agreement, lowest),
    )


def _lay_matrix(field: str, matrix: Mapping[tuple[Value, Value], float], names: Mapping[str, str]) -> Coinciding | None:
    """The coincidences of a field, in the scale's order or by name; null where there are none."""
    if not matrix:
        return None
    values = sorted({value for value, _ in matrix}, key=lambda value: (str(names.get(value, "")), value))
    labels = tuple(_name_value(field, value, names) for value in values)
    rows = []
    for value, label in zip(values, labels, strict=True):
        counts = [matrix.get((value, other), 0.0) for other in values]
        cells = tuple((_say_count(count), value == other) for count, other in zip(counts, values, strict=True))
        rows.append((label, cells, _say_count(sum(counts))))
    return Coinciding(str(FIELD_WORDS[field]), labels, tuple(rows), _say_count(sum(matrix.values())))


def _name_value(field: str, value: Value, names: Mapping[str, str]) -> str:
    if field == "stance":
        return sign_stance(value)
    if field == "state":
        return str(CodingState(value).label).partition(" (")[0]
    if field == "move":
        return str(Move(value).label)
    if field == "red_line":
        return gettext("yes") if value else gettext("no")
    return names.get(value, gettext("another one"))


def _say_count(count: float) -> str:
    """Whole numbers as they are, fractions with two places, an empty cell as a middle dot."""
    if not count:
        return "·"
    return write_number(round(count), "0") if abs(count - round(count)) < 1e-9 else write_number(count, "0.00")


def _tell_unit(each: QuotedDisagreement, names: Mapping[str, str], reader: Reader) -> WorstUnit:
    differing, readings = each.found.fields, each.found.readings
    shown = tuple(field for field in FIELD_WORDS if field not in OF_STATEMENTS or field in differing)
    rows = tuple(
        ReadingRow(
            reading.coder,
            tuple((_name_value(name, getattr(reading, name), names), name in differing) for name in shown),
        )
        for reading in readings
    )
    return WorstUnit(
        issue="" if "issue" in differing else names.get(readings[0].issue, ""),
        party="" if "party" in differing else names.get(readings[0].party, ""),
        quotations=tuple(quote_statement(statement, reader) for statement in each.statements),
        readings=rows,
        differs_in=_say_difference(each),
        names=tuple(str(FIELD_WORDS[name]) for name in shown),
    )


def _say_difference(each: QuotedDisagreement) -> str:
    fields = join_words([str(FIELD_WORDS[name]).lower() for name in each.found.fields])
    steps = each.found.steps
    if not steps:
        return gettext("Differ in {fields}.").format(fields=fields)
    sentence = ngettext(
        "Differ in {fields}, stances {count} step apart.", "Differ in {fields}, stances {count} steps apart.", steps
    )
    return sentence.format(fields=fields, count=steps)
