"""What suggestions are made from: the names of parties and people, and the words of issues."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from positions.analysis.cues import ARTICLES, STOP_WORDS
from positions.analysis.phrases import PhraseBook, stem_of, without_article, words_of
from positions.analysis.reasons import NAME_BELONGS, NAME_MEANS, NAME_OF_PERSON, NAME_OF_PERSON_FOR

KEYWORD_WEIGHT = 4.0
TITLE_WEIGHT = 1.5
PROPOSAL_WEIGHT = 1.0
LEARNT_WEIGHT = 2.0
# How often, and how exclusively, coders must have met a word under an issue before it counts.
LEARNT_AT_LEAST = 2
LEARNT_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class PartyWords:
    """A party with its other names as pairs of text and kind: ``name``, ``abbreviation`` or ``metonym``."""

    slug: str
    name: str
    aliases: tuple[tuple[str, str], ...] = ()
    is_media: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """For whom a person spoke, under which title, between two days where they are known."""

    party: str
    title: str
    starts_on: date | None = None
    ends_on: date | None = None

    def held_on(self, day: date | None) -> bool:
        """Whether the post was held on a day; on any day where none is known."""
        return day is None or (
            (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)
        )


@dataclass(frozen=True, slots=True)
class PersonWords:
    slug: str
    name: str
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueWords:
    slug: str
    title: str
    proposal: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LearntPassage:
    """Words that a coder read as a statement on an issue."""

    issue: str
    exact: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything of a negotiation that suggestions may use."""

    parties: tuple[PartyWords, ...] = ()
    persons: tuple[PersonWords, ...] = ()
    issues: tuple[IssueWords, ...] = ()
    learnt: tuple[LearntPassage, ...] = ()


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a name stands for. ``how`` is the pattern of the sentence that says why, ``places`` what stands in it."""

    party: str | None
    person: str | None
    how: str
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase that speaks for an issue; ``kind`` is ``keyword``, ``title``, ``proposal`` or ``learnt``."""

    issue: str
    weight: float
    phrase: str
    kind: str


class Vocabulary:
    """A lexicon made ready for one day: books of names and of terms."""

    def __init__(self, lexicon: Lexicon, on: date | None) -> None:
        self.names: PhraseBook[Bearer] = PhraseBook()
        self.terms: PhraseBook[Term] = PhraseBook(inflected=True)
        self.party_names = {party.slug: party.name for party in lexicon.parties}
        self.media = {party.slug for party in lexicon.parties if party.is_media}
        self.titles = {issue.slug: issue.title for issue in lexicon.issues}
        taken = self._add_parties(lexicon.parties)
        self._add_persons(lexicon.persons, on, taken)
        self._add_issues(lexicon, taken)

    def _add_parties(self, parties: Iterable[PartyWords]) -> set[str]:
        """Add all names; returns the words they are made of."""
        taken: set[str] = set()
        adjectives: defaultdict[str, set[str]] = defaultdict(set)
        for party in parties:
            for text, kind in ((party.name, "name"), *party.aliases):
                form = without_article(text, ARTICLES)
                bearer = Bearer(party.slug, None, NAME_MEANS, (("party", party.name),))
                self.names.add(form, bearer, as_written=True, dotted=form.isupper())
                words = words_of(form)
                taken.update(word.key for word in words)
                if kind == "name" and len(words) == 1 and len(form) > 3 and not form.isupper() and form[0].isupper():
                    for adjective in adjectives_of(form):
                        adjectives[adjective].add(party.slug)
        for adjective, slugs in adjectives.items():
            if len(slugs) == 1:
                slug = next(iter(slugs))
                bearer = Bearer(slug, None, NAME_BELONGS, (("party", self.party_names[slug]),))
                self.names.add(adjective, bearer, as_written=True)
        return taken

    def _add_persons(self, persons: Iterable[PersonWords], on: date | None, taken: set[str]) -> None:
        surnames: defaultdict[str, list[Bearer]] = defaultdict(list)
        titles: defaultdict[str, list[Bearer]] = defaultdict(list)
        for person in persons:
            held = [post for post in person.posts if post.held_on(on)] or list(person.posts)
            parties = {post.party for post in held}
            party = next(iter(parties)) if len(parties) == 1 else None
            whom = (("person", person.name),)
            named = (
                Bearer(party, person.slug, NAME_OF_PERSON_FOR, (*whom, ("party", self.party_names[party])))
                if party in self.party_names
                else Bearer(party, person.slug, NAME_OF_PERSON, whom)
            )
            self.names.add(person.name, named, as_written=True)
            _, _, surname = person.name.strip().rpartition(" ")
            words = words_of(surname)
            if surname != person.name.strip() and len(surname) > 2 and not any(word.key in taken for word in words):
                surnames[surname].append(named)
            for post in held:
                if len(words_of(post.title)) > 2 and post.held_on(on):
                    titles[post.title.casefold()].append(named)
        for surname, bearers in surnames.items():
            if len(bearers) == 1:
                self.names.add(surname, bearers[0], as_written=True)
        for title, bearers in titles.items():
            if len({bearer.person for bearer in bearers}) == 1:
                self.names.add(title, bearers[0])

    def _add_issues(self, lexicon: Lexicon, taken: set[str]) -> None:
        keywords: set[tuple[str, str]] = set()
        for issue in lexicon.issues:
            for keyword in issue.keywords:
                keywords.add((issue.slug, keyword.casefold()))
                self.terms.add(
                    keyword, Term(issue.slug, KEYWORD_WEIGHT, keyword, "keyword"), as_written=keyword.isupper()
                )
        described = [("title", TITLE_WEIGHT, {i.slug: telling(i.title, taken) for i in lexicon.issues})]
        described.append(("proposal", PROPOSAL_WEIGHT, {i.slug: telling(i.proposal, taken) for i in lexicon.issues}))
        for kind, weight, words_by_issue in described:
            spread = Counter(word for words in words_by_issue.values() for word in words)
            for slug, words in words_by_issue.items():
                for stem, written in words.items():
                    self.terms.add(written, Term(slug, weight / spread[stem], written, kind))
        self._add_learnt(lexicon.learnt, taken)

    def _add_learnt(self, passages: Iterable[LearntPassage], taken: set[str]) -> None:
        met: defaultdict[str, Counter[str]] = defaultdict(Counter)
        written: dict[str, str] = {}
        for passage in passages:
            if passage.issue in self.titles:
                for stem, word in telling(passage.exact, taken).items():
                    met[stem][passage.issue] += 1
                    written.setdefault(stem, word)
        for stem, counts in met.items():
            slug, times = counts.most_common(1)[0]
            share = times / counts.total()
            if times >= LEARNT_AT_LEAST and share >= LEARNT_SHARE:
                self.terms.add(written[stem], Term(slug, LEARNT_WEIGHT * share, written[stem], "learnt"))


def telling(phrase: str, names: set[str]) -> dict[str, str]:
    """The words of a phrase that say what it is about, by stem: no names, no little words, no numbers."""
    return {
        stem_of(word.key): word.key
        for word in words_of(phrase)
        if len(word.key) > 3 and word.key not in names and word.key not in STOP_WORDS and not word.key.isdigit()
    }


def adjectives_of(name: str) -> list[str]:
    """What English makes of a country's name, right and wrong ones: a word that does not exist is never found."""
    stems = [name]
    if name[-1] in "aeiouy":
        stems.append(name[:-1])
    singular = [stem + ending for stem in stems for ending in ("n", "an", "ian", "ese", "ish", "i")]
    return [form for form in singular if form != name] + [form + "s" for form in singular]
