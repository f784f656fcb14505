"""Why a passage is suggested: sentences in English that can be said in another language as well."""

from __future__ import annotations

PARTY_NAMED = "{party} is named"
NAME_MEANS = "“{name}” means {party}"
NAME_BELONGS = "“{name}” belongs to {party}"
NAME_OF_PERSON = "“{name}” is {person}"
NAME_OF_PERSON_FOR = "“{name}” is {person} of {party}"
DOCUMENT_OF = "the document is {party}’s own"
PRONOUN_GOES_ON = "the pronoun carries on from there"
WORD_GOES_ON = "“{word}” carries on from the sentence before"
ISSUE_GOES_ON = "carries on from the sentence before, on “{issue}”"
LINE_BEGINS = "the line begins with “{label}:”"
KEYWORD = "keyword {words}"
KEYWORDS = "keywords {words}"
CODED_BEFORE = "{words} was coded under “{issue}” before"
IN_CODEBOOK = "{words} stands in the codebook under “{issue}”"
POINTS_TO = {
    "demand": "“{cue}” points to a demand",
    "appeal": "“{cue}” points to an appeal",
    "offer": "“{cue}” points to an offer",
    "concession": "“{cue}” points to a concession",
    "rejection": "“{cue}” points to a rejection",
    "threat": "“{cue}” points to a threat",
    "condition": "“{cue}” points to a condition",
    "concern": "“{cue}” points to a concern",
    "denial": "“{cue}” points to a denial",
    "vote": "“{cue}” points to a vote",
    "procedural": "“{cue}” points to procedure",
}


class Reason(str):
    """A sentence, with what it was made of: its ``pattern`` and the names and quotations in their places."""

    __slots__ = ("pattern", "places")
    pattern: str
    places: tuple[tuple[str, str], ...]

    def __new__(cls, pattern: str, /, **places: str) -> Reason:
        made = super().__new__(cls, pattern.format(**places))
        made.pattern, made.places = pattern, tuple(places.items())
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        return (self.pattern,), dict(self.places)
