"""Suggested readings of a text, worked out from a negotiation's own words: no model, no network.

A suggestion is never a record. It says where somebody may be stating a position, whose it may be, on
which issue and in which move, and why it is thought so; a person decides. Whatever the text holds, it is only
text, and the work grows in proportion to it. Offsets count Unicode code points.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar

from positions.analysis.cues import FIRST_PERSON, MODAL, MoveCue, phrases_by_strength
from positions.analysis.lexicon import Lexicon, Term, Vocabulary
from positions.analysis.phrases import Hit, PhraseBook, Word, words_of
from positions.analysis.reasons import (
    CODED_BEFORE,
    DOCUMENT_OF,
    IN_CODEBOOK,
    ISSUE_GOES_ON,
    KEYWORD,
    KEYWORDS,
    POINTS_TO,
    Reason,
)
from positions.analysis.sentences import Sentence, quotation_at, quotation_in, quotations_of, sentences_of, trim
from positions.analysis.voices import Scene, Telling, Voice, mentions_of

ENOUGH_FOR_AN_ISSUE = 2.5
ENOUGH_FOR_ANOTHER_ISSUE = 4.0
MOST_ISSUES_A_SENTENCE = 3
T = TypeVar("T")
LEAST_WORDS = 4
STRONG_CUE = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A passage that may state a position. ``exact`` is ``text[start:end]``; ``why`` are plain sentences.

    ``party`` is whose position it may be and ``asserted_by`` who says so, both slugs.
    """

    start: int
    end: int
    exact: str
    party: str | None
    speaker: str | None
    speaker_label: str
    issue: str | None
    move: str | None
    why: tuple[Reason, ...]
    asserted_by: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """An issue a sentence seems to be about, and the sentence that explains it."""

    issue: str
    weight: float
    why: Reason


def suggest(text: str, lexicon: Lexicon, *, on: date | None = None, publisher: str | None = None) -> list[Suggestion]:
    """What may be stated in ``text``, in order of place.

    ``on`` is the day it was published: who held a post then. ``publisher`` is the party whose own document it is.
    """
    vocabulary = Vocabulary(lexicon, on)
    words = words_of(text)
    terms = _whole_terms(list(vocabulary.terms.find(text, words)))
    phrases: list[Hit[object]] = [
        Hit(h.first, h.last, None) for h in terms if any(t.kind == "keyword" for t in h.meaning)
    ]
    mentions = mentions_of(text, words, vocabulary, phrases)
    own = None
    if publisher in vocabulary.party_names:
        own = Voice(publisher, None, "", (Reason(DOCUMENT_OF, party=vocabulary.party_names[publisher]),))
    scene = Scene(text, words, mentions, quotations_of(text), vocabulary, own)
    sentences = sentences_of(text)
    cues = list(_cue_book().find(text, words))
    found: list[Suggestion] = []
    term_at, cue_at = 0, 0
    carried: tuple[tuple[int, str | None], str] | None = None
    for sentence, telling in zip(sentences, scene.tellings(sentences), strict=True):
        term_at, here = _within(terms, term_at, telling)
        cue_at, moves = _within(cues, cue_at, telling)
        topics = _topics(vocabulary, here)
        here_by = (sentence.paragraph, telling.holder)
        if topics:
            carried = (here_by, topics[0].issue)
        elif carried is not None and carried[0] == here_by and telling.is_attributed:
            why = Reason(ISSUE_GOES_ON, issue=vocabulary.titles[carried[1]])
            topics = [Topic(carried[1], 0.0, why)]
        found.extend(_offers(scene, sentence, telling, topics, moves))
    return found


def party_named_in(names: str, lexicon: Lexicon, *, on: date | None = None) -> str | None:
    """The one party that a line such as a publisher's name speaks of; null where it names none, or several."""
    vocabulary = Vocabulary(Lexicon(lexicon.parties, lexicon.persons), on)
    parties = {mention.bearer.party for mention in mentions_of(names, words_of(names), vocabulary, ())}
    return parties.pop() if len(parties) == 1 else None


def _passage(scene: Scene, sentence: Sentence, telling: Telling) -> tuple[int, int]:
    """The span to offer: the sentence, or the words it quotes where these are the greater part of it."""
    whole = (sentence.start, sentence.end)
    if not telling.is_said:
        return whole
    quotation = quotation_at(scene.quotations, sentence.start)
    quotation = quotation or quotation_in(scene.quotations, sentence.start, sentence.end)
    if quotation is None:
        return whole
    start, end = trim(scene.text, max(quotation.start, sentence.start), min(quotation.end, sentence.end))
    if 2 * (end - start) < sentence.end - sentence.start or len(scene.text[start:end].split()) < LEAST_WORDS:
        return whole
    return start, end


def _offers(
    scene: Scene,
    sentence: Sentence,
    telling: Telling,
    topics: Sequence[Topic],
    moves: Sequence[Hit[list[MoveCue]]],
) -> Iterator[Suggestion]:
    """What one sentence is worth suggesting: nothing without somebody who may hold the position."""
    if telling.end_word - telling.first_word < LEAST_WORDS or sentence.before_quote:
        return
    best = max((cue for hit in moves for cue in hit.meaning), key=lambda cue: cue.strength, default=None)
    if not _is_worth(scene.words, telling, topics, best.strength if best is not None else 0):
        return
    reasons = list(dict.fromkeys(telling.why))
    cue_reason = [Reason(POINTS_TO[best.move], cue=best.phrase)] if best is not None else []
    voice = telling.voice
    speaks = voice is not None and voice.party == telling.holder
    offered: Sequence[Topic | None] = topics or (None,)
    start, end = _passage(scene, sentence, telling)
    for topic in offered:
        yield Suggestion(
            start=start,
            end=end,
            exact=scene.text[start:end],
            party=telling.holder,
            speaker=voice.person if voice is not None else None,
            speaker_label=voice.label if voice is not None else "",
            issue=topic.issue if topic is not None else None,
            move=best.move if best is not None else None,
            why=(*reasons, *([topic.why] if topic is not None else ()), *cue_reason),
            asserted_by=voice.party if voice is not None and not speaks else telling.holder,
        )


def _is_worth(words: Sequence[Word], telling: Telling, topics: Sequence[Topic], strength: int) -> bool:
    """Whether enough speaks for a position: who may hold it, and what it may be on or do."""
    has_topic = any(topic.weight for topic in topics)
    if telling.holder is None:
        return has_topic and strength > STRONG_CUE and telling.is_attributed
    if telling.quoted or telling.is_said:
        return True
    if telling.is_attributed:  # a document of the party's own, or a transcript
        here = words[telling.first_word : telling.end_word]
        is_firm = strength > 0 or any(word.key in FIRST_PERSON or word.key in MODAL for word in here)
        return is_firm and (bool(topics) or strength > STRONG_CUE)
    return has_topic or strength > STRONG_CUE


@lru_cache(maxsize=1)
def _cue_book() -> PhraseBook[MoveCue]:
    book: PhraseBook[MoveCue] = PhraseBook()
    for phrase, cue in phrases_by_strength().items():
        book.add(phrase, cue)
    return book


def _whole_terms(hits: list[Hit[list[Term]]]) -> list[Hit[list[Term]]]:
    """The hits that do not lie inside a longer one."""
    kept: list[Hit[list[Term]]] = []
    reached = -1
    for hit in hits:
        if hit.last > reached:
            kept.append(hit)
            reached = hit.last
    return kept


def _within(hits: Sequence[Hit[T]], at: int, telling: Telling) -> tuple[int, list[Hit[T]]]:
    """Those of the hits, looked at from ``at`` on, that lie in a sentence; and where to look on."""
    while at < len(hits) and hits[at].first < telling.first_word:
        at += 1
    found: list[Hit[T]] = []
    while at < len(hits) and hits[at].first < telling.end_word:
        if hits[at].last < telling.end_word:
            found.append(hits[at])
        at += 1
    return at, found


def _topics(vocabulary: Vocabulary, hits: Sequence[Hit[list[Term]]]) -> list[Topic]:
    """The issues whose words a sentence holds, the likeliest first."""
    met: defaultdict[str, dict[str, Term]] = defaultdict(dict)
    for hit in hits:
        for term in hit.meaning:
            held = met[term.issue].get(term.phrase)
            if held is None or held.weight < term.weight:
                met[term.issue][term.phrase] = term
    topics = [
        Topic(issue, sum(term.weight for term in terms.values()), _explain(vocabulary, issue, list(terms.values())))
        for issue, terms in met.items()
    ]
    topics.sort(key=lambda topic: (-topic.weight, topic.issue))
    return [
        topic
        for place, topic in enumerate(topics[:MOST_ISSUES_A_SENTENCE])
        if topic.weight >= (ENOUGH_FOR_ANOTHER_ISSUE if place else ENOUGH_FOR_AN_ISSUE)
    ]


def _explain(vocabulary: Vocabulary, issue: str, terms: Sequence[Term]) -> Reason:
    keywords = [f"“{term.phrase}”" for term in terms if term.kind == "keyword"]
    if keywords:
        return Reason(KEYWORDS if len(keywords) > 1 else KEYWORD, words=", ".join(keywords))
    learnt = [f"“{term.phrase}”" for term in terms if term.kind == "learnt"]
    if learnt:
        return Reason(CODED_BEFORE, words=", ".join(learnt), issue=vocabulary.titles[issue])
    shared = ", ".join(f"“{term.phrase}”" for term in terms)
    return Reason(IN_CODEBOOK, words=shared, issue=vocabulary.titles[issue])
