"""Suggestions: whose position, on what, in which move, and why; from any negotiation's own words."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.analysis.lexicon import IssueWords, LearntPassage, Lexicon, PartyWords, PersonWords, Post
from positions.analysis.phrases import WORD
from positions.analysis.suggestions import Suggestion, party_named_in, suggest

CLIMATE = Lexicon(
    parties=(
        PartyWords("india", "India", (("New Delhi", "metonym"),)),
        PartyWords("eu", "European Union", (("EU", "abbreviation"), ("Brussels", "metonym"))),
        PartyWords("aosis", "Alliance of Small Island States", (("AOSIS", "abbreviation"),)),
        PartyWords("us", "United States", (("US", "abbreviation"), ("the White House", "metonym"))),
        PartyWords("chad", "Chad"),
        PartyWords("herald", "The Daily Herald", is_media=True),
    ),
    persons=(
        PersonWords("mary-hill", "Mary Hill", (Post("aosis", "Lead Negotiator on Finance"),)),
        PersonWords(
            "raj-patel",
            "Raj Patel",
            (
                Post("india", "Environment Minister", date(2020, 1, 1), date(2021, 12, 31)),
                Post("eu", "Adviser on Climate Affairs", date(2022, 1, 1)),
            ),
        ),
    ),
    issues=(
        IssueWords("finance", "Climate finance", "Developed states pay", ("climate finance", "adaptation fund")),
        IssueWords("phase-out", "Fossil fuels", "Fossil fuels are phased out by 2050", ("fossil fuel", "coal")),
        IssueWords("loss", "Loss and damage", "A fund for it is set up", ("loss and damage",)),
    ),
)


def readings(text: str, *, on: date | None = None, publisher: str | None = None) -> list[tuple[str | None, ...]]:
    """Party, speaker, issue and move of each suggestion."""
    found = suggest(text, CLIMATE, on=on, publisher=publisher)
    return [(s.party, s.speaker or s.speaker_label or None, s.issue, s.move) for s in found]


def only(text: str, **options: str) -> Suggestion:
    """The one suggestion for a text."""
    (found,) = suggest(text, CLIMATE, **options)  # type: ignore[arg-type]
    return found


def test_party_issue_and_move_come_with_their_reasons() -> None:
    found = only("The EU said that the phase-out of fossil fuels must remain in the text.")
    assert (found.party, found.issue, found.move) == ("eu", "phase-out", "demand")
    assert found.why == ("“EU” means European Union", "keyword “fossil fuel”", "“must” points to a demand")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # an abbreviation is no pronoun, a name no common word
        ("They told us that coal must go.", []),
        ("The US rejected any date for coal.", [("us", None, "phase-out", "rejection")]),
        ("The U.S. rejected any date for coal.", [("us", None, "phase-out", "rejection")]),
        ("CHAD rejected any date for coal.", [("chad", None, "phase-out", "rejection")]),
        ("The chad rejected any date for coal.", []),
        ("Chadwick rejected any date for coal.", []),
        # the longest name wins, and its metonyms and adjectives mean the party
        ("The White House rejected coal.", [("us", None, "phase-out", "rejection")]),
        ("New Delhi rejected coal.", [("india", None, "phase-out", "rejection")]),
        ("An Indian official rejected coal.", [("india", None, "phase-out", "rejection")]),
        # who is spoken of is not who speaks
        ("The talks in Brussels will end with coal.", []),
        ("According to an EU diplomat, coal will go.", [("eu", "EU diplomat", "phase-out", None)]),
        ("A spokesman for the EU said coal will go.", [("eu", "Spokesman for the EU", "phase-out", None)]),
        # a newspaper reports somebody else's position
        ("The Daily Herald reported that India is ready to drop coal.", [("india", None, "phase-out", "offer")]),
        # what hangs on an “if” is somebody else's
        ("If India rejects coal, the EU will respond.", [("eu", None, "phase-out", "threat")]),
    ],
)  # fmt: skip
def test_sentence_is_read_by_rule(text: str, expected: list[tuple[str | None, ...]]) -> None:
    assert readings(text) == expected


def test_pronoun_and_quotation_carry_on_from_the_last_who_was_named() -> None:
    text = (
        "“We will not leave without a fund for loss and damage,” said Mary Hill of AOSIS. “It is a matter of survival "
        "for us.”\n\nShe added that coal must go."
    )
    assert readings(text) == [
        ("aosis", "mary-hill", "loss", "rejection"),
        ("aosis", "mary-hill", "loss", None),
        ("aosis", "mary-hill", "phase-out", "demand"),
    ]
    assert suggest(text, CLIMATE)[0].exact == "We will not leave without a fund for loss and damage"


def test_within_a_quotation_another_party_is_told_of_by_the_voice() -> None:
    found = suggest("The EU envoy said: “India wants climate finance first. We can offer that.”", CLIMATE)
    assert [(s.party, s.asserted_by, s.speaker_label) for s in found] == [
        ("india", "eu", "EU envoy"),
        ("eu", "eu", "EU envoy"),
    ]


def test_transcript_is_read_by_its_labels() -> None:
    text = (
        "MODERATOR: Will India accept a date for coal?\n\nMARY HILL: We must see the adaptation fund filled. "
        "We cannot wait any longer.\n\nQuestion: And what of India and coal?"
    )
    assert readings(text) == [
        ("aosis", "mary-hill", "finance", "demand"),
        ("aosis", "mary-hill", "finance", "rejection"),
    ]


def test_post_held_on_the_day_tells_for_whom_a_person_speaks() -> None:
    text = "Mr Patel said that coal must go."
    assert [readings(text, on=day)[0][0] for day in (date(2021, 6, 1), date(2022, 6, 1))] == ["india", "eu"]


def test_own_document_speaks_for_its_publisher() -> None:
    text = "We are willing to fill the adaptation fund. The weather was fine."
    assert readings(text) == []
    assert readings(text, publisher="eu") == [("eu", None, "finance", "offer")]


@pytest.mark.parametrize(
    ("line", "party"), [("Council of the EU", "eu"), ("EU and India", None), ("Printer and Sons", None), ("", None)]
)
def test_publisher_is_the_one_party_its_line_names(line: str, party: str | None) -> None:
    assert party_named_in(line, CLIMATE) == party


def test_words_coded_before_point_to_an_issue() -> None:
    learnt = [
        LearntPassage("loss", "Cyclones took our harbours"),
        LearntPassage("loss", "Another year of cyclones"),
        LearntPassage("finance", "Money for the harvest"),
    ]
    lexicon = Lexicon(CLIMATE.parties, CLIMATE.persons, CLIMATE.issues, tuple(learnt * 2))
    text = "India said that cyclones, cyclones and harbours count."
    assert [s.issue for s in suggest(text, CLIMATE)] == [None]
    (found,) = suggest(text, lexicon)
    assert found.issue == "loss"
    assert "“cyclones”, “harbours” was coded under “Loss and damage” before" in found.why


def test_ambiguous_names_are_nobodys() -> None:
    guineas = Lexicon(
        (
            PartyWords("north", "North", (("the Republic", "name"),)),
            PartyWords("south", "South", (("Republic", "name"),)),
        )
    )
    assert suggest("The Republic demanded an answer.", guineas) == []


def test_other_scripts_are_read_by_their_own_names_and_keywords() -> None:
    lexicon = Lexicon(
        (PartyWords("ru", "Россия", (("Москва", "metonym"),)), PartyWords("cn", "中国", (("北京", "metonym"),))),
        (),
        (IssueWords("sanctions", "Санкции", keywords=("санкции", "关税")),),
    )
    found = suggest("Москва отвергает новые санкции.\n\n北京表示愿意讨论关税问题。", lexicon)
    assert [(s.party, s.issue) for s in found] == [("ru", "sanctions"), ("cn", "sanctions")]


WORDS = ["India", "the", "EU", "US", "us", "said", "“", "”", '"', ":", ".", "\n", "\n\n", "We", "must", "coal",
         "if", "U.S.", "😀", "e\u0301", "مرحبا", "中国", "\u200f", "<b>", "=1+1", "“We", "Hill",
         "he", "\u0000", "—", "Q"]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)))
def test_spans_of_any_text_are_whole_words_of_it(text: str) -> None:
    words = [match.span() for match in WORD.finditer(text)]
    for found in suggest(text, CLIMATE, publisher="india"):
        assert text[found.start : found.end] == found.exact
        assert found.exact.strip()
        for edge in (found.start, found.end):
            assert not any(start < edge < end for start, end in words)


@given(st.lists(st.sampled_from(["a", ".", "“", " ", "é", "US"]), max_size=4).map("".join), st.integers(1, 5))
def test_lexicon_of_any_words_is_taken(name: str, times: int) -> None:
    lexicon = Lexicon(
        (PartyWords("x", name * times, ((name, "abbreviation"),)),),
        (PersonWords("y", name, (Post("x", name),)),),
        (IssueWords("z", name, name, (name,)),),
    )
    assert isinstance(suggest(f"{name} said: “{name * times} will not accept it”.", lexicon), list)


@pytest.mark.parametrize(
    "text",
    ["a", "US ", "US.", "“a", ". ", ".", "\n \n", "said ", '"', "New New ", "Q:\n", " ", "US said “we. "],
)  # fmt: skip
def test_hostile_text_costs_in_proportion_to_its_length(text: str) -> None:
    begun = time.process_time()
    suggest(text * (150_000 // len(text)), CLIMATE, publisher="india")
    assert time.process_time() - begun < 5  # less than a second here; what grows with the square takes minutes
