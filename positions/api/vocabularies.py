"""Vocabularies of derived answers: the analysis gives these words, nothing stores them."""

from __future__ import annotations

from django.db.models import TextChoices


class PositionState(TextChoices):
    """Whether the evidence of an occasion agrees on a side."""

    CODED = "coded", "All of it on one side, or neutral"
    MIXED = "mixed", "Both a negative and a positive stance"


class SetAside(TextChoices):
    """Why a coding does not count toward the line as of its own day."""

    COPY = "copy", "A source it derives from carries it the same day"
    FOOTING = "footing", "Evidence on a better footing was there"


class ShiftKind(TextChoices):
    """How an occasion differs from the one before it on the same footing."""

    FIRST = "first", "Nothing before on this footing"
    RESTATED = "restated", "Same stance and state"
    MOVED = "moved", "Another stance, its sign not reversed"
    REVERSED = "reversed", "The other side"
    MIXED = "mixed", "Coded before, mixed now"
    RESOLVED = "resolved", "Mixed before, coded now"


class CodedField(TextChoices):
    """What coders are compared on."""

    STANCE = "stance", "Stance, of the same statement, party and issue"
    STATE = "state", "State, of the same statement, party and issue"
    MOVE = "move", "Move, of the same statement, party and issue"
    RED_LINE = "red_line", "Red line, of the same statement, party and issue"
    ISSUE = "issue", "Issue, of the same statement"
    PARTY = "party", "Party, of the same statement"


class Metric(TextChoices):
    """How far apart two values count."""

    NOMINAL = "nominal", "Equal or not"
    ORDINAL = "ordinal", "By how many values lie between them"
    INTERVAL = "interval", "By their difference"
    RATIO = "ratio", "By their difference relative to their sum"


class RedLineEvent(TextChoices):
    """What an occasion makes of a red line."""

    DECLARED = "declared", "Spoken where none stood"
    REPEATED = "repeated", "Spoken again"
    NOT_REPEATED = "not_repeated", "Not spoken, which is no withdrawal"
    SOFTENED = "softened", "Not spoken, and nearer to neutral"
    CROSSED = "crossed", "The other side of the issue, or both"


class AgreementUnit(TextChoices):
    """Within what two parties are compared, issue by issue."""

    SOURCE = "source", "One source"
    OCCASION = "occasion", "One day"


class NetworkMode(TextChoices):
    """Who is tied to what."""

    ONE = "one", "Parties to parties"
    TWO = "two", "Parties to issues"


class NetworkQualifier(TextChoices):
    """What becomes of the sides taken."""

    IGNORE = "ignore", "Sides do not matter"
    CONGRUENCE = "congruence", "One mode: statements on the same side"
    CONFLICT = "conflict", "One mode: statements on opposite sides"
    SUBTRACT = "subtract", "One mode: congruence less conflict; two modes: for less against"
    COMBINE = "combine", "Two modes: 1 for, 2 against, 3 both"


class NetworkNormalisation(TextChoices):
    """By what a tie is divided."""

    NONE = "none", "Nothing"
    AVERAGE = "average", "One mode: the average number of statements of the two"
    JACCARD = "jaccard", "One mode: what only one of them said, and the products of what both said"
    COSINE = "cosine", "One mode: the lengths of the two vectors of counts"
    ACTIVITY = "activity", "Two modes: the statements of the party"
    PROMINENCE = "prominence", "Two modes: the statements on the issue"


class NetworkDuplicates(TextChoices):
    """Within what identical statements count once."""

    KEEP = "keep", "Every statement counts"
    DOCUMENT = "document", "One source"
    DAY = "day", "One day"
    WEEK = "week", "One week of ISO 8601, of one ISO year"
    MONTH = "month", "One month of one year"
    YEAR = "year", "One year"
    ALL = "all", "All that is counted"


class NetworkFormat(TextChoices):
    """In which notation the network comes."""

    JSON = "json", "JSON"
    CSV = "csv", "A matrix, comma-separated"
    GRAPHML = "graphml", "GraphML"
    GEXF = "gexf", "GEXF"
    DL = "dl", "UCINET DL, full matrix"


class TableFormat(TextChoices):
    """The kinds of file that a whole table comes as."""

    CSV = "csv", "comma-separated values in UTF-8"
    JSONL = "jsonl", "a JSON object a line"
    XLSX = "xlsx", "an Excel workbook"
    PARQUET = "parquet", "Apache Parquet, with typed columns"


class ImportFormat(TextChoices):
    """The kinds of file that can be imported."""

    BUNDLE = "bundle", "a whole negotiation, as one bundle"
    CSV = "csv", "a codings table, comma-separated"
    XLSX = "xlsx", "a codings table, as an Excel workbook"
    JSONL = "jsonl", "a codings table, a JSON object a line"
    DNA = "dna", "a file of Discourse Network Analyzer 3"
    ANNOTATIONS = "annotations", "W3C Web Annotations in JSON-LD, or the JSON of Hypothesis"
