"""What the record has already of the passages that a file's annotations quote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from positions.enums import CodingState, CodingStatus
from positions.models import Coding, Negotiation, Statement

Place = tuple[Any, ...]


@dataclass(frozen=True)
class RecordedStatement:
    """A statement in force, as an annotation may mean it."""

    statement: Statement

    def differing(self, said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The fields that are said otherwise, with what is recorded."""
        for name, value in self.as_entry().items():
            if name not in ("key", "note", "text_version") and said.get(name, value) != value:
                yield name, value

    def as_entry(self) -> dict[str, Any]:
        """The statement as a bundle has it, without its codings."""
        row = self.statement
        entry = {
            "key": row.key,
            "source": row.source.key,
            "text_version": row.text.version if row.text else None,
            "start": row.start,
            "end": row.end,
            "exact": row.exact,
            "asserted_by": row.asserted_by.slug,
            "speaker": row.speaker.slug if row.speaker else None,
            "speaker_label": row.speaker_label,
            "directness": row.directness,
            "attribution": row.attribution,
            "credibility": row.credibility,
            "stated_on": row.stated_on,
            "round": row.round.number if row.round else None,
            "addressees": [party.slug for party in row.addressees.all()],
            "note": row.note,
        }
        return {name: value for name, value in entry.items() if value is not None}

    def has(self, fields: Mapping[str, Any], coder: str) -> bool:
        """Whether it is read so already: by the coder, or by anybody where none is named."""
        return any(
            coding.stance == fields["stance"]
            and coding.state == fields.get("state", CodingState.CODED)
            and coding.move == fields.get("move", coding.move)
            and coding.red_line == fields["red_line"]
            and (not coder or coding.coder == coder)
            for coding in self._on(fields)
        )

    def coder_of(self, fields: Mapping[str, Any]) -> str:
        """Who read it for the same party on the same issue; empty where nobody did."""
        return next((coding.coder for coding in self._on(fields)), "")

    def _on(self, fields: Mapping[str, Any]) -> Iterator[Coding]:
        codings: Sequence[Coding] = self.statement.standing  # type: ignore[attr-defined]
        for coding in codings:
            if coding.party.slug == fields.get("party") and coding.issue.slug == fields["issue"]:
                yield coding


class RecordedStatements:
    """The statements in force on some sources, by outside name and by passage."""

    def __init__(self, negotiation: Negotiation, sources: Sequence[str]) -> None:
        codings = Coding.objects.filter(retired_at=None).exclude(status=CodingStatus.REJECTED)
        rows = (
            Statement.objects.filter(negotiation=negotiation, source__key__in=sources, retired_at=None)
            .select_related("source", "asserted_by", "speaker", "round", "text")
            .defer("text__text")
            .prefetch_related(
                "addressees", Prefetch("codings", codings.select_related("party", "issue"), to_attr="standing")
            )
        )
        self._by_key: dict[str, RecordedStatement] = {}
        self._by_place: dict[Place, RecordedStatement] = {}
        for row in rows:
            recorded = RecordedStatement(row)
            self._by_key[row.key] = recorded
            if row.start is not None:
                number = row.round.number if row.round else None
                place = (row.source.key, row.start, row.end, row.asserted_by.slug, row.stated_on, number)
                self._by_place[place] = recorded

    def find(self, said: Mapping[str, Any], key: str | None) -> RecordedStatement | None:
        """The statement that has the outside name, or else stands on the same passage, by whom and on which day."""
        if key is not None and key in self._by_key:
            return self._by_key[key]
        if "start" not in said:
            return None
        names = ("source", "start", "end", "asserted_by", "stated_on", "round")
        return self._by_place.get(tuple(said[name] for name in names))
