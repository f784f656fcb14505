"""A quotation is found again in a new text: where it stood, moved, nearly, or not at all; and in bounded time."""

from __future__ import annotations

import random
import time

import pytest

from positions.analysis.anchors import Anchor, anchor_span
from positions.analysis.reanchoring import Place, SearchedText, find_again

TEXT = (
    "The ministers met for two hours. We will not accept this proposal in its present form. "
    "We are ready to talk about limits on both sides. No comment on the rest. "
    "The delegation left at noon."
)


def anchor(exact: str, text: str = TEXT) -> Anchor:
    start = text.index(exact)
    return anchor_span(text, start, start + len(exact))


def find(exact: str, text: str, old: str = TEXT) -> tuple[str, str | None]:
    """The status and the words found."""
    place = find_again(SearchedText(text), anchor(exact, old))
    return str(place.status), None if place.start is None else text[place.start : place.end]


REFUSAL = "We will not accept this proposal in its present form."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT, ("exact", REFUSAL)),
        (TEXT + " An annex follows.", ("exact", REFUSAL)),
        ("Corrected version.\n" + TEXT, ("moved", REFUSAL)),
        # twice, but once between the same words
        (f"{REFUSAL} That was the rumour.\n{TEXT}", ("moved", REFUSAL)),
        # twice alike: a person chooses
        (f"A. {REFUSAL} B. {REFUSAL} C.", ("fuzzy", REFUSAL)),
        # other words
        (
            "Intro.\n" + TEXT.replace("this proposal in its present form", "the proposal in its current form"),
            ("fuzzy", "We will not accept the proposal in its current form."),
        ),
        # only the white space differs
        (
            "Intro.\n" + TEXT.replace("accept this", "accept\nthis"),
            ("fuzzy", "We will not accept\nthis proposal in its present form."),
        ),
        ("Something else altogether, about fish and quotas for the coming year.", ("orphan", None)),
        ("x", ("orphan", None)),
    ],
)
def test_place_of_a_quotation_in_a_new_text(text: str, expected: tuple[str, str | None]) -> None:
    assert find(REFUSAL, text) == expected


def test_short_quotation_needs_its_context() -> None:
    old = "Asked about it, he said: No. Then he left."
    assert find("No.", "Later. Asked about it, he said: No. Then he left.", old) == ("moved", "No.")
    assert find("No.", "Quite another text in which somebody says No. And more.", old)[0] == "fuzzy"


def test_words_without_spaces_are_found_too() -> None:
    old = "前言。" + "我们不接受这项提案的现有形式，但愿意讨论双方的限制。" + "结束。"
    new = "更正版。前言。" + "我们不接受该项提案的现有形式，但愿意讨论双方的限制。" + "结束。"
    status, words = find("我们不接受这项提案的现有形式，但愿意讨论双方的限制。", new, old)
    assert status == "fuzzy"
    assert words is not None
    assert words.startswith("我们不接受该项提案")


@pytest.mark.parametrize("odd", ["👩‍👩‍👧 family", "e\u0301t\u0065\u0301", "\u202eabc\u202c", "שלום עולם", "=1+1|cmd"])
def test_hostile_words_are_only_text(odd: str) -> None:
    old = f"Before the words. {odd} is what they said then. After it."
    passage = f"{odd} is what they said then."
    assert find(passage, f"New head.\n{old}", old) == ("moved", passage)
    status, words = find(passage, old.replace("said then", "said today").replace("Before", "Long before"), old)
    assert (status, words is not None and "what they said today" in words) == ("fuzzy", True)


def test_same_words_everywhere_end_in_time() -> None:
    searched = SearchedText("ha " * 330_000)
    begun = time.perf_counter()
    assert find_again(searched, Anchor(5, 40, "ha ho ha ho ha ho ha ho ha ho ha ho", "", "")).status in (
        "fuzzy",
        "orphan",
    )
    assert find_again(searched, Anchor(1, 6, "ha ha", "", "")).status == "fuzzy"
    assert time.perf_counter() - begun < 10


def test_a_megabyte_with_a_hundred_changed_quotations_ends_in_time() -> None:
    """Every quotation lost a word: a hundred near matches in a text of 1 MB within seconds, and all in place."""
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(2, 9))) for _ in range(20_000)]
    text = " ".join(chance.choice(words) for _ in range(165_000))
    assert len(text) > 1_000_000
    anchors = []
    for _ in range(100):
        start = text.index(" ", chance.randrange(len(text) - 2_000)) + 1
        anchors.append(anchor_span(text, start, text.index(" ", start + chance.randint(60, 500))))
    dropped = {item.exact.split()[3] for item in anchors}
    new = " ".join(word for word in text.split() if word not in dropped)
    searched = SearchedText(new)
    begun = time.perf_counter()
    places: list[Place] = [find_again(searched, item) for item in anchors]
    assert time.perf_counter() - begun < 20
    assert {str(place.status) for place in places} == {"fuzzy"}
    for item, place in zip(anchors, places, strict=True):
        kept = [word for word in item.exact.split() if word not in dropped]
        assert place.start is not None
        assert " ".join(kept)[:20] in new[place.start - 5 : (place.end or 0) + 5]
