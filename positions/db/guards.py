"""What the database itself refuses to change, whatever code asks for it.

``KEPT_WITH_CODING`` maps a table to the query, in terms of ``OLD``, for the status of the coding that
a row belongs to: once that is published, the row is neither changed nor deleted. ``FROZEN`` maps a
table to the condition under which its rows are part of the record (in terms of ``OLD``) and the
columns that may not change from then on. Retirement is written once and never taken back.
"""

APPEND_ONLY = ("positions_event", "positions_sourcetext")

KEPT_WITH_CODING: dict[str, str] = {
    "positions_condition": "SELECT coding.status FROM positions_coding coding WHERE coding.id = OLD.coding_id",
    "positions_conditionstatusentry": (
        "SELECT coding.status FROM positions_coding coding "
        "JOIN positions_condition proviso ON proviso.coding_id = coding.id WHERE proviso.id = OLD.condition_id"
    ),
}

FROZEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "positions_coding": (
        "OLD.status = 'published'",
        (
            "negotiation_id", "key", "statement_id", "party_id", "issue_id", "state", "stance", "move", "red_line",
            "reciprocal", "confidence", "codebook_id", "coder", "status", "recorded_at", "supersedes_id", "reason",
        ),
    ),
    "positions_statement": (
        "OLD.id = OLD.id",
        (
            "negotiation_id", "key", "source_id", "exact", "asserted_by_id", "speaker_id", "speaker_label",
            "directness", "attribution", "credibility", "stated_on", "round_id", "recorded_at", "supersedes_id",
            "reason",
        ),
    ),
    "positions_relation": (
        "OLD.id = OLD.id",
        ("negotiation_id", "kind", "statement_id", "other_id", "seen_by", "note", "recorded_at"),
    ),
}  # fmt: skip
