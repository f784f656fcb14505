"""The W3C's own samples of annotations: each is read, or refused for what the model means by it.

A clone without the files runs everything else; ``conftest.py`` here says loudly that this did not run.
"""

from __future__ import annotations

import pytest

from positions.exceptions import BundleRefused
from positions.models import Coding, Source, Statement
from positions.queries.access import SYSTEM
from positions.services.annotations_import import AnnotationDefaults, import_annotations
from tests.acceptance.conftest import CHECKS
from tests.factories import make_negotiation, make_party

pytestmark = [pytest.mark.acceptance, pytest.mark.django_db]

SAMPLES = CHECKS.parent / "data" / "webannotation"
DEFAULTS = AnnotationDefaults(asserted_by="north", stated_on="2022-01-10")
# By sample, the sources on which it becomes a statement, and what its bodies say.
READ = {
    "anno1": (["http://example.com/page1"], "http://example.org/post1"),
    "anno3": (["http://example.org/website1"], "http://example.org/video1"),
    "anno5": (["http://example.org/photo1"], "j'adore !"),
    "anno7": (["http://example.org/target1"], "Comment text"),
    "anno9": (["http://example.org/image1", "http://example.org/image2"], "http://example.org/description1\ntag1"),
    "anno13": (
        [
            "http://example.com/image1", "http://example.com/image4", "http://example.net/image2",
            "http://example.org/image9",
        ],
        "http://example.org/vocab/art/portrait",
    ),
    "anno15": (["http://example.com/restaurant1"], "http://example.net/review1"),
    "anno17": (["http://example.com/video1"], "http://example.net/comment1"),
    "anno19": (["http://example.com/product1"], "http://example.net/review1"),
    "anno21": (["http://example.org/photo1"], "http://example.org/city1"),
    "anno23": (["http://example.org/image1"], "http://example.org/video1"),
}  # fmt: skip
# And where a statement, which quotes words of one source, cannot say what is meant.
REFUSED = {
    "anno11": ("$.target", "is a Composite: what is said is about all of them together"),
    "anno25": ("$.target.selector", "is a XPathSelector, which counts on markup"),
    "anno27": ("$.target.selector", "has a position and no words, and its source has no text here to quote from"),
    "anno29": ("$.target.selector", "is a SvgSelector, which is a part of a picture"),
}


def test_every_sample_is_decided() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {*READ, *REFUSED}


@pytest.mark.parametrize("name", READ)
def test_sample_is_read(name: str) -> None:
    negotiation = make_negotiation("talks")
    negotiation.parties.add(make_party("north"))
    content = (SAMPLES / f"{name}.json").read_bytes()
    sources, said = READ[name]
    import_annotations(SYSTEM, "talks", content, DEFAULTS)
    assert sorted(Source.objects.values_list("url", flat=True)) == sources
    assert set(Statement.objects.values_list("note", "asserted_by__slug", "exact")) == {(said, "north", "")}
    assert Statement.objects.count() == len(sources)
    assert Coding.objects.count() == 0
    assert import_annotations(SYSTEM, "talks", content, DEFAULTS).counts == {}
    with pytest.raises(BundleRefused) as refusal:
        import_annotations(SYSTEM, "talks", content)
    assert all("does not say " in words for _, words in refusal.value.problems)


@pytest.mark.parametrize("name", REFUSED)
def test_sample_is_refused_for_what_it_means(name: str) -> None:
    negotiation = make_negotiation("talks")
    negotiation.parties.add(make_party("north"))
    with pytest.raises(BundleRefused) as refusal:
        import_annotations(SYSTEM, "talks", (SAMPLES / f"{name}.json").read_bytes(), DEFAULTS)
    ((place, words),) = refusal.value.problems
    assert (place, words[: len(REFUSED[name][1])]) == REFUSED[name]
