"""Runs and paragraphs: overlapping statements, exact text, nothing lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from positions.web.passages import cut_paragraphs, number_spans, quote_in_context

TEXT = "First one. Second one.\n\nThird 😀 one."


def test_overlapping_spans_are_cut_into_runs() -> None:
    spans = number_spans([("a", 0, 10), ("b", 6, 22)])
    (first, second) = cut_paragraphs(TEXT, spans)
    assert [(run.text, run.statements) for run in first.runs] == [
        ("First ", ("a",)), ("one.", ("a", "b")), (" Second one.", ("b",)),
    ]  # fmt: skip
    assert [[span.statement for span in run.opens] for run in first.runs] == [["a"], ["b"], []]
    assert [[span.number for span in run.closes] for run in first.runs] == [[], [1], [2]]
    assert [run.text for run in second.runs] == ["Third 😀 one."]


def test_two_statements_on_the_same_span_both_open_there() -> None:
    (paragraph,) = cut_paragraphs("One sentence.", number_spans([("b", 0, 13), ("a", 0, 13)]))
    assert [span.statement for span in paragraph.runs[0].opens] == ["a", "b"]


def test_span_across_paragraphs_opens_once_and_closes_once() -> None:
    spans = number_spans([("a", 11, 31)])
    runs = [run for paragraph in cut_paragraphs(TEXT, spans) for run in paragraph.runs if run.depth]
    assert [run.text for run in runs] == ["Second one.", "Third 😀"]
    assert [len(run.opens) for run in runs] == [1, 0]
    assert [len(run.closes) for run in runs] == [0, 1]


@given(st.text("ab \n", max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6))
def test_runs_give_back_the_marked_text(text: str, places: list[tuple[int, int]]) -> None:
    found = [(str(n), min(start, len(text)), min(start + size, len(text))) for n, (start, size) in enumerate(places)]
    spans = number_spans((s, a, b) for s, a, b in found if a < b)
    for paragraph in cut_paragraphs(text, spans):
        whole = "".join(run.text for run in paragraph.runs)
        assert whole == text[paragraph.start : paragraph.start + len(whole)]
        assert "\n\n" not in whole.strip("\n")


def test_quote_in_context_is_cut_at_words() -> None:
    text = "word " * 200 + "the quotation" + ", and more. " + "word " * 200
    context = quote_in_context(text, 1000, 1013, reach=40)
    assert context.exact == "the quotation"
    assert context.before == "… word word word word word word word "
    assert context.after.startswith("and more.")
    assert context.after.endswith(" …")
