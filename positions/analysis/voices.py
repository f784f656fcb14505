"""Who speaks in each sentence of a text, and whose position it tells, as far as the words show.

A sentence has a *voice*, whoever says it, and a *holder*, whoever takes the position; mostly they are one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from positions.analysis.cues import (
    ARTICLES,
    ASKED_OF,
    BEING,
    HELPING,
    POSSESSING,
    PREPOSITIONS,
    PRONOUNS,
    QUALIFIERS,
    QUESTIONERS,
    ROLES,
    SAYING_PHRASES,
    SOURCES_NAMED,
    STANDING_PHRASES,
    SUBORDINATING,
)
from positions.analysis.lexicon import Bearer, Vocabulary
from positions.analysis.phrases import Hit, PhraseBook, Word
from positions.analysis.reasons import LINE_BEGINS, PARTY_NAMED, PRONOUN_GOES_ON, WORD_GOES_ON, Reason
from positions.analysis.sentences import Quotation, Sentence, is_quoted, quotation_at

SAY, STAND, NAMED = "say", "stand", "named"
REACH = 12  # words between a subject and its verb, with an apposition between them


@dataclass(frozen=True, slots=True)
class Mention:
    """A party or person named at the words ``first`` to ``last``."""

    first: int
    last: int
    bearer: Bearer
    text: str


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says something, and the sentences that explain how this is known."""

    party: str | None = None
    person: str | None = None
    label: str = ""
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """What is known of one sentence: its voice, the holder of its position, and how."""

    voice: Voice | None
    holder: str | None
    quoted: bool
    why: tuple[Reason, ...]
    is_attributed: bool
    is_said: bool
    first_word: int
    end_word: int


@lru_cache(maxsize=1)
def _grammar() -> PhraseBook[str]:
    book: PhraseBook[str] = PhraseBook()
    for kind, phrases in ((SAY, SAYING_PHRASES), (STAND, STANDING_PHRASES), (NAMED, SOURCES_NAMED)):
        for phrase in phrases:
            book.add(phrase, kind)
    return book


def mentions_of(
    text: str, words: Sequence[Word], vocabulary: Vocabulary, swallowed: Iterable[Hit[object]]
) -> list[Mention]:
    """The names in a text, longest first; one that stands for two different parties is none.

    ``swallowed`` are phrases of their own: a name strictly inside one is not a mention.
    """
    inside = {place: hit.last - hit.first for hit in swallowed for place in range(hit.first, hit.last + 1)}
    found: list[Mention] = []
    free = 0
    for hit in vocabulary.names.find(text, words):
        if hit.first < free or inside.get(hit.first, -1) > hit.last - hit.first:
            continue
        meant = {(bearer.party, bearer.person) for bearer in hit.meaning}
        free = hit.last + 1
        if len(meant) == 1:
            written = text[words[hit.first].start : words[hit.last].end]
            if "." in written and text[words[hit.last].end : words[hit.last].end + 1] == ".":
                written += "."
            found.append(Mention(hit.first, hit.last, hit.meaning[0], written))
    return found


class Scene:
    """A text with its words, names and verbs, asked sentence by sentence in order."""

    def __init__(
        self,
        text: str,
        words: Sequence[Word],
        mentions: Sequence[Mention],
        quotations: Sequence[Quotation],
        vocabulary: Vocabulary,
        publisher: Voice | None,
    ) -> None:
        self.text, self.words, self.mentions, self.quotations = text, words, mentions, quotations
        self.vocabulary, self.publisher = vocabulary, publisher
        self.marks = {hit.first: (hit.last, set(hit.meaning)) for hit in _grammar().find(text, words)}
        self._starts = [word.start for word in words]
        self._firsts = [mention.first for mention in mentions]

    # ------------------------------------------------------------ the whole text

    def tellings(self, sentences: Sequence[Sentence]) -> list[Telling]:
        """One for each sentence, in order; a voice carries on until another is named."""
        spans = [(bisect_left(self._starts, s.start), bisect_left(self._starts, s.end)) for s in sentences]
        named = [self._attribution(s, *span) for s, span in zip(sentences, spans, strict=True)]
        closing = self._closing_voices(sentences, named)
        found: list[Telling] = []
        last: Voice | None = None
        holder: str | None = None
        labelled: Voice | None = None
        for number, (sentence, (first, end)) in enumerate(zip(sentences, spans, strict=True)):
            is_label, label = self._label(sentence, first, end)
            if is_label:
                labelled = last = label
            quoted = is_quoted(self.quotations, sentence.start)
            voice = named[number]
            if voice is not None and voice.party is None and voice.person is None:
                voice = last and replace(last, why=(*last.why[:1], Reason(PRONOUN_GOES_ON)))
            own = voice is not None
            if voice is None and quoted:
                at = quotation_at(self.quotations, sentence.start)
                before = named[number - 1] if number and sentences[number - 1].before_quote else None
                voice = before or (closing.get(at.start) if at else None) or last
            if voice is not None and voice.party is not None:
                last = voice
            telling = self._telling(first, end, voice, quoted, own, labelled, holder)
            holder = telling.holder or holder
            found.append(telling)
        return found

    def _closing_voices(self, sentences: Sequence[Sentence], named: Sequence[Voice | None]) -> dict[int, Voice]:
        """For each quotation whose last sentence says whose words they were, that voice."""
        ends = [sentence.start for sentence in sentences]
        found: dict[int, Voice] = {}
        for quotation in self.quotations:
            number = bisect_left(ends, quotation.end) - 1
            for place in (number, number + 1):
                if not 0 <= place < len(sentences) or "\n" in self.text[quotation.end : sentences[place].start]:
                    continue
                voice = named[place]
                if sentences[place].start <= quotation.end + 3 and voice is not None and voice.party is not None:
                    found[quotation.start] = voice
                    break
        return found

    def _telling(
        self,
        first: int,
        end: int,
        voice: Voice | None,
        quoted: bool,
        own: bool,
        labelled: Voice | None,
        holder: str | None,
    ) -> Telling:
        standing = labelled or self.publisher
        if labelled is not None and labelled.party is None and not quoted and not own:  # somebody asks a question
            return Telling(None, None, quoted, (), False, False, first, end)
        inner = self._subject_who_stands(first, end, needs_verb=quoted or own or standing is not None, voice=voice)
        is_media = voice is not None and voice.party in self.vocabulary.media
        said = own and voice is not None and voice.party is not None
        if inner is not None and (is_media or not own) and (is_media or not quoted or self._begins(first, inner)):
            why = (self._means(inner),)
            return Telling(voice, inner.bearer.party, quoted, why, own or quoted, said, first, end)
        if voice is not None and (quoted or own):
            holder = None if is_media else voice.party
            return Telling(voice, holder, quoted, voice.why, True, said, first, end)
        if end > first and self.words[first].key in PRONOUNS and holder is not None:
            why = (Reason(WORD_GOES_ON, word=self.words[first].raw),)
            return Telling(voice, holder, quoted, why, False, False, first, end)
        if standing is not None:
            party = standing.party
            return Telling(standing, party, quoted, standing.why, party is not None, False, first, end)
        begun = next((m for m in self._between(first, end) if self._may_hold(m, first)), None)
        if begun is not None and self._begins(first, begun):
            return Telling(None, begun.bearer.party, quoted, (self._means(begun),), False, False, first, end)
        return Telling(voice, None, quoted, (), False, False, first, end)

    # ------------------------------------------------------------ one sentence

    def _between(self, first: int, end: int) -> Sequence[Mention]:
        return self.mentions[bisect_left(self._firsts, first) : bisect_left(self._firsts, end)]

    def _label(self, sentence: Sentence, first: int, end: int) -> tuple[bool, Voice | None]:
        """Whether a transcript's label ("MR LEE:", "Question:") begins here, and whose words follow it."""
        before = self.text[max(0, sentence.start - 80) : sentence.start]
        if before.rpartition("\n")[2].strip():
            return False, None
        colon = self.text.find(":", sentence.start, min(sentence.end, sentence.start + 80))
        if colon < 0 or "\n" in self.text[sentence.start : colon]:
            return False, None
        stop = bisect_left(self._starts, colon)
        if stop - first > 8 or stop >= end + 1:
            return False, None
        if any(place in self.marks for place in range(first, stop)):
            return False, None
        mention = next(iter(self._between(first, stop)), None)
        if mention is not None and mention.bearer.party is not None:
            label = "" if mention.bearer.person else self.text[sentence.start : colon].strip()[:300]
            label = "" if label == mention.text else label
            why = (self._means(mention), Reason(LINE_BEGINS, label=self.text[sentence.start : colon][:60]))
            return True, Voice(mention.bearer.party, mention.bearer.person, label, why)
        is_question = first < stop and self.words[first].key in QUESTIONERS
        return is_question, Voice() if is_question else None

    def _attribution(self, sentence: Sentence, first: int, end: int) -> Voice | None:
        """Whose words these are, if the sentence says so outside quotation marks; an empty voice for a pronoun."""
        for place in range(first, end):
            mark = self.marks.get(place)
            if mark is None or mark[1] == {STAND}:
                continue
            if is_quoted(self.quotations, self.words[place].start):
                continue
            voice = self._voice_at(first, end, place, mark[0], NAMED in mark[1])
            if voice is not None:
                return voice
        if sentence.before_quote:
            subject = next((m for m in self._between(first, end) if self._is_subject(m, first)), None)
            return self._voice_of(subject, first) if subject is not None else None
        return None

    def _voice_at(self, first: int, end: int, place: int, last: int, named: bool) -> Voice | None:
        is_participle = self.words[place].key.endswith("ing")
        if not named:
            before = [
                m
                for m in self._between(first if is_participle else max(first, place - REACH), place)
                if m.last < place and self._is_subject(m, first) and not self._is_subordinate(m, first)
            ]
            people = [m for m in before if m.bearer.person]
            chosen = people or before
            if chosen:
                return self._voice_of(chosen[-1] if people else chosen[0], first)
        after = next(iter(self._between(last + 1, min(end, last + 7))), None)
        follows = after is not None and self._follows(first, place, last, after, named)
        if after is not None and follows:
            return self._voice_of(after, first)
        if any(self.words[back].key in PRONOUNS for back in range(max(first, place - 2), place)):
            return Voice()
        return None

    def _follows(self, first: int, place: int, last: int, mention: Mention, named: bool) -> bool:
        """Whether a name after the verb is its subject: “said Lee”, “revealed by an official of …”."""
        if named or any(self.words[w].key in ("by", "par") for w in range(last + 1, min(last + 3, mention.first))):
            return True
        gap = self.text[self.words[place - 1].end : self.words[place].start] if place else ""
        if self.words[place].key.endswith("ing"):
            return False
        inverted = (
            place == first
            or any(mark in gap for mark in '”»",')
            or (place > 0 and is_quoted(self.quotations, self.words[place - 1].start))
        )
        return inverted and self._is_subject(mention, last + 1)

    def _subject_who_stands(self, first: int, end: int, *, needs_verb: bool, voice: Voice | None) -> Mention | None:
        """The first name that is the subject of a verb of saying or standing, or of any verb in plain narration."""
        for mention in self._between(first, end):
            if not self._may_hold(mention, first) or (voice is not None and mention.bearer.party == voice.party):
                continue
            for place in range(mention.last + 1, min(end, mention.last + 5)):
                if place in self.marks and self.marks[place][1] & {SAY, STAND}:
                    return mention
                if self.words[place].key not in HELPING:
                    break
                if not needs_verb:
                    return mention
        return None

    def _may_hold(self, mention: Mention, first: int) -> bool:
        """Whether a name can be the one whose position is told: a subject of whom nothing is asked."""
        party = mention.bearer.party
        if party is None or party in self.vocabulary.media:
            return False
        if not self._is_subject(mention, first) or self._is_subordinate(mention, first):
            return False
        after = [word.key for word in self.words[mention.last + 1 : mention.last + 3]]
        return not (len(after) == 2 and after[0] in BEING and after[1] in ASKED_OF)

    def _begins(self, first: int, mention: Mention) -> bool:
        return mention.first - first < 5

    def _is_subject(self, mention: Mention, first: int) -> bool:
        """Whether a name can be the subject of a verb: not after “of” or “in”, not the owner of something."""
        after = mention.last + 1
        if after < len(self.words) and self.words[after].key == "s" and self._gap(after) in ("'", "’", "ʼ"):
            return self._role_after(mention) is not None
        place = mention.first - 1
        while place >= first and self._gap(place + 1).strip(" -") == "":
            key = self.words[place].key
            if key in PREPOSITIONS:
                return key in POSSESSING and place > first and self.words[place - 1].key in ROLES
            if key not in ARTICLES and key not in QUALIFIERS and key not in ROLES:
                return True
            place -= 1
        return True

    def _is_subordinate(self, mention: Mention, first: int) -> bool:
        place = mention.first - 1
        for back in range(place, max(first, place - 3) - 1, -1):
            if set(self._gap(back + 1)) & set(",;:.—"):
                return False
            if self.words[back].key in SUBORDINATING:
                return True
        return False

    def _gap(self, place: int) -> str:
        return self.text[self.words[place - 1].end : self.words[place].start] if place else ""

    def _role_after(self, mention: Mention) -> int | None:
        for place in range(mention.last + 1, min(len(self.words), mention.last + 6)):
            if self._gap(place).strip(" -'’ʼ"):
                return None
            if self.words[place].key in ROLES:
                return place
            if self.words[place].key not in QUALIFIERS and self.words[place].key != "s":
                return None
        return None

    def _voice_of(self, mention: Mention, first: int) -> Voice:
        label = "" if mention.bearer.person else self._speaker_label(mention, first)
        return Voice(mention.bearer.party, mention.bearer.person, label, (self._means(mention),))

    def _speaker_label(self, mention: Mention, first: int) -> str:
        """How the text calls somebody it does not name: “Senior White House official”."""
        begin, end = mention.first, self._role_after(mention)
        if end is None and mention.first - 2 >= first:
            back = mention.first - 1
            while back > first and self.words[back].key in ARTICLES:
                back -= 1
            if self.words[back].key in POSSESSING and self.words[back - 1].key in ROLES:
                begin, end = back - 1, mention.last
        if end is None:
            return ""
        while begin > first and self.words[begin - 1].key in QUALIFIERS and not self._gap(begin).strip(" -"):
            begin -= 1
        label = self.text[self.words[begin].start : self.words[end].end]
        return " ".join((label[:1].upper() + label[1:]).split())[:300]

    def _means(self, mention: Mention) -> Reason:
        bearer = mention.bearer
        name = self.vocabulary.party_names.get(bearer.party or "", "")
        if not bearer.person and mention.text == name:
            return Reason(PARTY_NAMED, party=name)
        return Reason(bearer.how, name=mention.text, **dict(bearer.places))
