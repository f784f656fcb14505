"""How good suggestions are, measured against what people published."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from positions.analysis.suggestions import Suggestion


@dataclass(frozen=True, slots=True)
class GoldPassage:
    """A published statement's span in code points, with the parties and issues it was coded for."""

    start: int
    end: int
    parties: frozenset[str]
    issues: frozenset[str]


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts over published statements, and over suggestions.

    ``overlapped`` statements share at least a character with a suggestion. ``party_right`` and ``issue_right``
    count those of them for which the suggestion that fits the span best names a party, or an issue, that was coded.
    ``hits`` are the suggestions that share a character with a statement.
    """

    gold: int = 0
    overlapped: int = 0
    party_right: int = 0
    issue_right: int = 0
    suggested: int = 0
    hits: int = field(default=0)

    def __add__(self, other: Quality) -> Quality:
        return Quality(
            self.gold + other.gold,
            self.overlapped + other.overlapped,
            self.party_right + other.party_right,
            self.issue_right + other.issue_right,
            self.suggested + other.suggested,
            self.hits + other.hits,
        )

    @property
    def precision(self) -> float | None:
        """The share of suggestions that lie on a published statement; null where nothing was suggested."""
        return self.hits / self.suggested if self.suggested else None

    @property
    def recall(self) -> float | None:
        """The share of published statements that a suggestion lies on; null where there are none."""
        return self.overlapped / self.gold if self.gold else None


def measure(gold: Iterable[GoldPassage], suggestions: Sequence[Suggestion]) -> Quality:
    """The quality of the suggestions for one text."""
    offered = sorted(suggestions, key=lambda suggestion: (suggestion.start, suggestion.end))
    ends = [suggestion.end for suggestion in offered]  # sentences do not overlap, so these are in order too
    passages, overlapped, party_right, issue_right = 0, 0, 0, 0
    hit: set[int] = set()
    for passage in gold:
        passages += 1
        first = bisect_left(ends, passage.start + 1)
        met = []
        for number in range(first, len(offered)):
            if offered[number].start >= passage.end:
                break
            met.append(number)
        if not met:
            continue
        hit.update(met)
        overlapped += 1
        closest = max(_likeness(passage, offered[number]) for number in met)
        best = [offered[number] for number in met if _likeness(passage, offered[number]) == closest]
        party_right += any(suggestion.party in passage.parties for suggestion in best)
        issue_right += any(suggestion.issue in passage.issues for suggestion in best)
    return Quality(passages, overlapped, party_right, issue_right, len(offered), len(hit))


def _likeness(passage: GoldPassage, suggestion: Suggestion) -> float:
    """What the two spans share, of all they cover together."""
    shared = min(passage.end, suggestion.end) - max(passage.start, suggestion.start)
    return shared / (max(passage.end, suggestion.end) - min(passage.start, suggestion.start))
