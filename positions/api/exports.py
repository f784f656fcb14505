"""``exports/``: whole tables as files, sent while they are read.

A row says what the API's own record says, with what it holds flattened into columns; nothing is read
that the list of the same reader would not show. Memory does not grow with the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.request import Request

from positions.api.audit import note_reads
from positions.api.conditional import VARY
from positions.api.derived import PositionsView, ShiftsView
from positions.api.derived_views import AS_OF, KNOWN_AT, PagedDerivedView
from positions.api.lookups import InNegotiation
from positions.api.parameters import Parameter, choice, fields_of
from positions.api.resources.codings import CodingView
from positions.api.resources.statements import StatementView
from positions.api.schema import DocumentedSchema
from positions.api.serializers.fields import instant_text
from positions.api.views import ApiView, ResourceView
from positions.api.vocabularies import TableFormat
from positions.enums import Tlp
from positions.formats.tables import FORMATS, Batch, CellKind, Column
from positions.models import Coding, Negotiation, Statement
from positions.queries.access import Reader, sources_for
from positions.queries.positions import positions_page_for, shifts_page_for
from positions.web.take_away import mark_name

BATCH_ROWS = 500
Records = Iterator[list[Mapping[str, Any]]]

FORMAT = choice("format", TableFormat, TableFormat.CSV, "What kind of file the table comes as.")


class ExportSchema(DocumentedSchema):
    """The answer is a file, in one of the formats."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        bodies.pop("304", None)
        bodies["200"] = {
            "description": "The table, sent while it is read. A file that breaks off was not read to its end.",
            "headers": {"X-TLP": {"schema": {"type": "string"}, "description": "The strictest marking in it."}},
            "content": {kind.media_type: {"schema": {"type": "string"}} for kind in FORMATS.values()},
        }
        return bodies


class Exported(ApiView):
    """A table as a file: what its columns are and where its rows come from is up to each."""

    schema = ExportSchema()
    columns: ClassVar[tuple[Column, ...]]
    # What the file is called, before the negotiation.
    title: ClassVar[str]

    def table_parameters(self) -> tuple[Parameter, ...]:
        """The parameters that choose rows."""
        raise NotImplementedError

    def read_records(self, negotiation: Negotiation) -> Records:
        """The records in batches, each a mapping of column to value."""
        raise NotImplementedError

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return (*self.table_parameters(), FORMAT, fields_of(column.name for column in self.columns))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """``format`` says what is wanted; ``Accept`` is not asked."""
        return super().perform_content_negotiation(request, force=True)

    def export(self, request: Request) -> StreamingHttpResponse:
        """The table as a file, whose rows are read as it is sent."""
        question = self.question
        negotiation = question.negotiation
        assert negotiation is not None
        note_reads(self.reader, [negotiation])
        kind = FORMATS[question["format"] or TableFormat.CSV]
        wanted = question["fields"]
        columns = [column for column in self.columns if wanted is None or column.name in wanted]
        response = StreamingHttpResponse(kind.write(columns, self.table_rows(columns)), content_type=kind.media_type)
        marking = marking_of(self.reader, negotiation)
        name = f"{mark_name(f'{self.title}-{negotiation.slug}', marking)}.{kind.ending}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["X-TLP"] = marking
        patch_vary_headers(response, VARY)
        patch_cache_control(response, no_store=True)
        return response

    def table_rows(self, columns: Sequence[Column]) -> Iterator[Batch]:
        """The rows that the question asks for, in batches."""
        assert self.question.negotiation is not None
        names = [column.name for column in columns]
        for batch in self.read_records(self.question.negotiation):
            yield [[record[name] for name in names] for record in batch]


def marking_of(reader: Reader, negotiation: Negotiation) -> Tlp:
    """The strictest marking of the sources that the reader may see."""
    seen = sources_for(reader).filter(negotiation=negotiation).order_by()
    return Tlp.strictest(seen.values_list("tlp", flat=True).distinct())


def read_in_batches(rows: QuerySet[Any], show: Callable[[list[Any]], list[Mapping[str, Any]]]) -> Records:
    """The rows of a queryset, ``show`` applied to a batch at a time."""
    waiting = rows.iterator(chunk_size=BATCH_ROWS)
    while batch := list(islice(waiting, BATCH_ROWS)):
        yield show(batch)


STATEMENT_COLUMNS = (
    Column("id"),
    Column("key"),
    Column("negotiation"),
    Column("source"),
    Column("start", CellKind.WHOLE),
    Column("end", CellKind.WHOLE),
    Column("exact"),
    Column("prefix"),
    Column("suffix"),
    Column("anchor_status"),
    Column("asserted_by"),
    Column("speaker"),
    Column("speaker_label"),
    Column("directness"),
    Column("attribution"),
    Column("credibility", CellKind.WHOLE),
    Column("stated_on"),
    Column("stated_earliest", CellKind.DAY),
    Column("stated_latest", CellKind.DAY),
    Column("round", CellKind.WHOLE),
    Column("addressees", CellKind.TEXTS),
    Column("group"),
    Column("note"),
    Column("recorded_at", CellKind.INSTANT),
    Column("retired_at", CellKind.INSTANT),
    Column("supersedes"),
    Column("superseded_by"),
    Column("reason"),
    Column("codings", CellKind.TEXTS),
)


class RecordExport(Exported, ResourceView):
    """Stored records of a negotiation, with the filters of their list."""

    def table_parameters(self) -> tuple[Parameter, ...]:
        return (InNegotiation(required=True), *(each for each in self.filters if each.name != "negotiation"))

    def read_records(self, negotiation: Negotiation) -> Records:
        rows = self.loaded(self.narrowed(self.as_listed(self.visible())))
        return read_in_batches(rows.order_by("stated_latest", "key", "pk"), self.show)

    def show(self, rows: list[Any]) -> list[Mapping[str, Any]]:
        """The values of the columns, and whatever else the payload has."""
        raise NotImplementedError


class StatementExport(RecordExport, StatementView):
    """The statements of a negotiation, with the filters of their list; ``codings`` holds the ids of those in force."""

    title = "statements"
    columns = STATEMENT_COLUMNS

    def show(self, rows: list[Statement]) -> list[Mapping[str, Any]]:
        """Payloads with their codings by id."""
        payloads = self.serializer_class(rows, many=True, context=self.context_for(rows)).data
        return [{**payload, "codings": [coding["id"] for coding in payload["codings"]]} for payload in payloads]


# The codings table, in the order in which import_codings knows it, and then what only the record says.
CODING_COLUMNS = (
    Column("round", CellKind.WHOLE),
    Column("source_key"),
    Column("source_title"),
    Column("source_kind"),
    Column("published_on"),
    Column("party"),
    Column("asserted_by"),
    Column("issue"),
    Column("stance", CellKind.WHOLE),
    Column("state"),
    Column("move"),
    Column("stated_on"),
    Column("exact"),
    Column("start", CellKind.WHOLE),
    Column("end", CellKind.WHOLE),
    Column("speaker_label"),
    Column("attribution"),
    Column("directness"),
    Column("red_line", CellKind.FLAG),
    Column("reciprocal", CellKind.FLAG),
    Column("condition", CellKind.TEXTS),
    Column("note"),
    Column("id"),
    Column("key"),
    Column("negotiation"),
    Column("statement"),
    Column("confidence"),
    Column("footing"),
    Column("coder"),
    Column("status"),
    Column("recorded_at", CellKind.INSTANT),
    Column("retired_at", CellKind.INSTANT),
    Column("supersedes"),
    Column("superseded_by"),
    Column("reason"),
)


class CodingExport(RecordExport, CodingView):
    """The codings of a negotiation as the codings table that ``import_codings`` reads, one row a coding."""

    title = "codings"
    columns = CODING_COLUMNS

    def loaded(self, rows: QuerySet[Coding]) -> QuerySet[Coding]:
        said = (
            super()
            .loaded(rows)
            .select_related(
                "negotiation", "party", "issue", "statement__source", "statement__round", "statement__asserted_by"
            )
        )
        return said.prefetch_related("statement__superseded_by")

    def show(self, rows: list[Coding]) -> list[Mapping[str, Any]]:
        """Payloads with the columns of the table."""
        payloads = self.serializer_class(rows, many=True, context=self.context_for(rows)).data
        return [
            {**payload, **self.said_in(row.statement), "condition": [each["text"] for each in payload["conditions"]]}
            for row, payload in zip(rows, payloads, strict=True)
        ]

    def said_in(self, statement: Statement) -> Mapping[str, Any]:
        """The columns that the statement and its source fill, as far as ground rules let the reader know."""
        reader, source = self.reader, statement.source
        quoted = reader.sees_quote(statement)
        return {
            "round": statement.round.number if statement.round else None,
            "source_key": source.key,
            "source_title": source.title,
            "source_kind": source.kind,
            "published_on": source.published_on,
            "asserted_by": statement.asserted_by.slug,
            "stated_on": statement.stated_on,
            "exact": statement.exact if quoted else "",
            "start": statement.start if quoted else None,
            "end": statement.end if quoted else None,
            "speaker_label": statement.speaker_label if reader.sees_speaker(statement) else "",
            "attribution": statement.attribution,
            "directness": statement.directness,
            "note": statement.note if reader.is_member(statement.negotiation_id) else None,
        }


POSITION_COLUMNS = (
    Column("negotiation"),
    Column("as_of", CellKind.DAY),
    Column("known_at", CellKind.INSTANT),
    Column("party"),
    Column("issue"),
    Column("stance", CellKind.WHOLE),
    Column("low", CellKind.WHOLE),
    Column("high", CellKind.WHOLE),
    Column("state"),
    Column("footing"),
    Column("red_line", CellKind.FLAG),
    Column("conditional", CellKind.FLAG),
    Column("conditions_open", CellKind.WHOLE),
    Column("conditions_met", CellKind.WHOLE),
    Column("conditions_failed", CellKind.WHOLE),
    Column("conditions_withdrawn", CellKind.WHOLE),
    Column("occasion_on", CellKind.DAY),
    Column("occasion_rounds", CellKind.TEXTS),
    Column("since", CellKind.DAY),
    Column("last_evidence_on", CellKind.DAY),
    Column("last_heard_on", CellKind.DAY),
    Column("evidence_count", CellKind.WHOLE),
    Column("evidence_total", CellKind.WHOLE),
    Column("source_count", CellKind.WHOLE),
    Column("other_evidence", CellKind.WHOLE),
    Column("rounds_silent", CellKind.WHOLE),
    Column("statements", CellKind.TEXTS),
)
SIDE_COLUMNS = (
    ("stance", CellKind.WHOLE),
    ("low", CellKind.WHOLE),
    ("high", CellKind.WHOLE),
    ("state", CellKind.TEXT),
    ("occasion_on", CellKind.DAY),
    ("occasion_rounds", CellKind.TEXTS),
    ("statements", CellKind.TEXTS),
)
SHIFT_COLUMNS = (
    Column("negotiation"),
    Column("as_of", CellKind.DAY),
    Column("known_at", CellKind.INSTANT),
    Column("party"),
    Column("issue"),
    Column("on", CellKind.DAY),
    Column("footing"),
    Column("kind"),
    Column("steps", CellKind.WHOLE),
    Column("within_range", CellKind.FLAG),
    Column("condition"),
    Column("red_line"),
    *(Column(f"{side}_{name}", kind) for side in ("before", "after") for name, kind in SIDE_COLUMNS),
    Column("gaps", CellKind.TEXTS),
)


class PositionExport(Exported, PositionsView):
    """The positions of a negotiation as of a date, known at an instant."""

    title = "positions"
    method_section = ""
    columns = POSITION_COLUMNS

    def table_parameters(self) -> tuple[Parameter, ...]:
        return moment_parameters(self)

    def read_records(self, negotiation: Negotiation) -> Records:
        asked, moment = self.question, self.moment
        after: tuple[str, str] | None = None
        more = True
        while more:
            rows, more = positions_page_for(
                self.reader,
                negotiation,
                moment,
                limit=BATCH_ROWS,
                after=after,
                parties=asked["party"],
                issues=asked["issue"],
            )
            after = (rows[-1].party, rows[-1].issue) if rows else None
            yield [{**stamp_of(self), **flat_position(payload)} for payload in payloads_of(self, self.picked(rows))]


class ShiftExport(Exported, ShiftsView):
    """The shifts of a negotiation as of a date, known at an instant.

    ``gaps`` holds a text for each other party: its slug, the distance before and after, and the effect.
    """

    title = "shifts"
    method_section = ""
    columns = SHIFT_COLUMNS

    def table_parameters(self) -> tuple[Parameter, ...]:
        return moment_parameters(self)

    def read_records(self, negotiation: Negotiation) -> Records:
        asked, moment = self.question, self.moment
        after: Any = None
        more = True
        while more:
            rows, more = shifts_page_for(
                self.reader,
                negotiation,
                moment,
                limit=BATCH_ROWS,
                after=after,
                parties=asked["party"],
                issues=asked["issue"],
                kinds=asked["kind"],
                others=asked["with"],
                footings=asked["footing"],
            )
            after = (rows[-1].party, rows[-1].issue, rows[-1].on, rows[-1].footing) if rows else None
            yield [{**stamp_of(self), **flat_shift(payload)} for payload in payloads_of(self, self.picked(rows))]


def moment_parameters(view: PagedDerivedView) -> tuple[Parameter, ...]:
    """Those of a derived read, without its paging."""
    picks = (pick.parameter for pick in view.picks)
    return (InNegotiation(required=True), AS_OF, KNOWN_AT, *view.parameters, *picks)


def payloads_of(view: PagedDerivedView, rows: list[Any]) -> list[dict[str, Any]]:
    """The rows as the API has them."""
    return list(view.serializer_class(rows, many=True, context={"reader": view.reader}).data)


def stamp_of(view: PagedDerivedView) -> dict[str, Any]:
    """Of which negotiation and moment a row is: a file is read long after the address was typed."""
    return {
        "negotiation": view.question.negotiation.slug if view.question.negotiation else "",
        "as_of": view.moment.as_of.isoformat(),
        "known_at": instant_text(view.moment.known_at),
    }


def flat_position(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A position's payload without anything nested in it."""
    counts = {f"conditions_{status}": number for status, number in payload["conditions"].items()}
    return {**payload, **counts, **flat_occasion("occasion", payload["occasion"])}


def flat_shift(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A shift's payload without anything nested in it; a missing side is null throughout."""
    flat = dict(payload)
    for side in ("before", "after"):
        told = payload[side] or {}
        flat |= {f"{side}_{name}": told.get(name) for name, _ in SIDE_COLUMNS}
        flat |= flat_occasion(f"{side}_occasion", told.get("occasion"))
    gaps = payload["gaps"]
    flat["gaps"] = None if gaps is None else [describe_gap(gap) for gap in gaps]
    return flat


def flat_occasion(name: str, occasion: Mapping[str, Any] | None) -> dict[str, Any]:
    """An occasion as two columns."""
    return {
        f"{name}_on": occasion["on"] if occasion else None,
        f"{name}_rounds": [str(number) for number in occasion["rounds"]] if occasion else None,
    }


def describe_gap(gap: Mapping[str, Any]) -> str:
    """``nato 3 2 narrowed``, or the slug alone where theirs is mixed."""
    told = (gap["party"], gap["before"], gap["after"], gap["effect"])
    return " ".join(str(part) for part in told if part is not None)
