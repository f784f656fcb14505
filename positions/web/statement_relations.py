"""How a statement stands to others, for its page."""

from __future__ import annotations

from dataclasses import dataclass

from positions.models import Relation, Statement
from positions.queries.access import Reader
from positions.queries.evidence import Moment
from positions.queries.relations import relations_for, seen_from
from positions.web.quotations import Quotation, quote_statement


@dataclass(frozen=True, slots=True)
class RelationLine:
    """One relation as seen from a statement; ``note`` and ``seen_by`` are empty for readers who are no members."""

    relation: Relation
    words: str
    quotation: Quotation
    note: str
    seen_by: str


def relation_lines(reader: Reader, statement: Statement, moment: Moment | None = None) -> list[RelationLine]:
    """The statement's relations known at the moment, its own before those of others to it; one query."""
    is_member = reader.is_member(statement.negotiation_id)
    lines = []
    for relation in relations_for(reader, statement, moment):
        words, other = seen_from(statement, relation)
        lines.append(
            RelationLine(
                relation=relation,
                words=words,
                quotation=quote_statement(other, reader),
                note=relation.note if is_member else "",
                seen_by=relation.seen_by if is_member else "",
            )
        )
    return sorted(lines, key=lambda line: line.relation.statement_id != statement.pk)
