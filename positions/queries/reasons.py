"""Why a passage is suggested, in the language of whoever reads it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from positions.analysis import reasons
from positions.analysis.reasons import Reason

PATTERNS = {
    reasons.PARTY_NAMED: gettext_lazy("{party} is named"),
    reasons.NAME_MEANS: gettext_lazy("“{name}” means {party}"),
    reasons.NAME_BELONGS: gettext_lazy("“{name}” belongs to {party}"),
    reasons.NAME_OF_PERSON: gettext_lazy("“{name}” is {person}"),
    reasons.NAME_OF_PERSON_FOR: gettext_lazy("“{name}” is {person} of {party}"),
    reasons.DOCUMENT_OF: gettext_lazy("the document is {party}’s own"),
    reasons.PRONOUN_GOES_ON: gettext_lazy("the pronoun carries on from there"),
    reasons.WORD_GOES_ON: gettext_lazy("“{word}” carries on from the sentence before"),
    reasons.ISSUE_GOES_ON: gettext_lazy("carries on from the sentence before, on “{issue}”"),
    reasons.LINE_BEGINS: gettext_lazy("the line begins with “{label}:”"),
    reasons.KEYWORD: gettext_lazy("keyword {words}"),
    reasons.KEYWORDS: gettext_lazy("keywords {words}"),
    reasons.CODED_BEFORE: gettext_lazy("{words} was coded under “{issue}” before"),
    reasons.IN_CODEBOOK: gettext_lazy("{words} stands in the codebook under “{issue}”"),
    reasons.POINTS_TO["demand"]: gettext_lazy("“{cue}” points to a demand"),
    reasons.POINTS_TO["appeal"]: gettext_lazy("“{cue}” points to an appeal"),
    reasons.POINTS_TO["offer"]: gettext_lazy("“{cue}” points to an offer"),
    reasons.POINTS_TO["concession"]: gettext_lazy("“{cue}” points to a concession"),
    reasons.POINTS_TO["rejection"]: gettext_lazy("“{cue}” points to a rejection"),
    reasons.POINTS_TO["threat"]: gettext_lazy("“{cue}” points to a threat"),
    reasons.POINTS_TO["condition"]: gettext_lazy("“{cue}” points to a condition"),
    reasons.POINTS_TO["concern"]: gettext_lazy("“{cue}” points to a concern"),
    reasons.POINTS_TO["denial"]: gettext_lazy("“{cue}” points to a denial"),
    reasons.POINTS_TO["vote"]: gettext_lazy("“{cue}” points to a vote"),
    reasons.POINTS_TO["procedural"]: gettext_lazy("“{cue}” points to procedure"),
}


def say_reason(reason: Reason) -> str:
    """The sentence, its names and quotations as they stand in the text."""
    return str(PATTERNS[reason.pattern]).format(**dict(reason.places))
