"""``ETag``, ``If-None-Match``, ``Vary`` and ``Cache-Control``."""

from __future__ import annotations

import pytest

from positions.enums import Attribution, Tlp
from tests.api.conftest import ROOT, Api
from tests.factories import make_coding, make_issue, make_negotiation, make_source, make_statement, make_user


def test_an_answer_the_caller_has_is_not_sent_again(api: Api) -> None:
    negotiation = make_negotiation("talks")
    issue, source = make_issue(negotiation, "border"), make_source(negotiation)
    statement = make_statement(source=source)
    make_coding(statement, issue=issue)
    for address in (
        "statements/", f"statements/{statement.pk}/", f"sources/{source.pk}/text/", "positions/?negotiation=talks",
        "matrix/?negotiation=talks", "timeline/?negotiation=talks&issue=border", "shifts/?negotiation=talks", "schema/",
    ):  # fmt: skip
        first = api(address)
        again = api.client.get(ROOT + address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert {"Accept", "Authorization", "Cookie"} <= {name.strip() for name in again["Vary"].split(",")}
        assert not first["ETag"].startswith("W/")


def test_etag_changes_with_the_answer(api: Api) -> None:
    first = api("negotiations/")
    make_negotiation()
    second = api.client.get(f"{ROOT}negotiations/", headers={"If-None-Match": first["ETag"]})
    assert (second.status_code, len(second.json()["results"])) == (200, 1)
    assert second["ETag"] != first["ETag"]


@pytest.mark.parametrize(
    ("header", "status"), [('"nothing"', 200), ("*", 304), ('"nothing", W/{etag}', 304), ("garbage", 200), ("", 200)]
)
def test_forms_of_if_none_match(api: Api, header: str, status: int) -> None:
    etag = api("negotiations/")["ETag"]
    answer = api.client.get(f"{ROOT}negotiations/", headers={"If-None-Match": header.replace("{etag}", etag)})
    assert answer.status_code == status


def test_what_caches_may_keep(api: Api) -> None:
    assert api("negotiations/")["Cache-Control"] == "no-cache"
    assert set(Api(make_user())("negotiations/")["Cache-Control"].split(", ")) == {"no-cache", "private"}
    missing = api("negotiations/nowhere/")
    assert (missing["Cache-Control"], missing.has_header("ETag")) == ("no-store", False)


def test_head_and_options(api: Api) -> None:
    make_negotiation("talks")
    for address in (
        "negotiations/",
        "negotiations/talks/",
        "positions/?negotiation=talks",
        "matrix/?negotiation=talks",
    ):
        whole, head = api(address), api.client.head(ROOT + address)
        assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])
        assert head["Content-Type"] == whole["Content-Type"]
        unchanged = api.client.head(ROOT + address, headers={"If-None-Match": whole["ETag"]})
        assert (unchanged.status_code, unchanged["ETag"]) == (304, whole["ETag"])
        options = api.client.options(ROOT + address)
        assert (options.status_code, options.content) == (204, b"")
        assert {"GET", "HEAD", "OPTIONS"} <= set(options["Allow"].split(", "))
    assert api.client.head(f"{ROOT}negotiations/nowhere/").status_code == 404


def test_pages_keep_their_etag_while_nothing_changes(api: Api) -> None:
    negotiation = make_negotiation("talks")
    issue = make_issue(negotiation, "border")
    for _ in range(3):
        make_coding(make_statement(source=make_source(negotiation)), issue=issue)
    for address, strong in (
        ("statements/?page_size=1", True), ("positions/?negotiation=talks&page_size=1", False),
        ("shifts/?negotiation=talks&page_size=1", False), ("coverage/?negotiation=talks&page_size=1", False),
        ("positions/?negotiation=talks&page_size=1&known_at=2022-06-01T00:00:00Z", True),
    ):  # fmt: skip
        first, second = api(address), api(address)
        assert first.json()["next"]
        assert first["ETag"] == second["ETag"]
        assert first["ETag"].startswith('"' if strong else 'W/"'), address
        assert (first.content == second.content) is strong
        # a weak tag comes back as it was sent, or made strong by something on the way
        for sent in (first["ETag"], first["ETag"].removeprefix("W/")):
            assert api.client.get(ROOT + address, headers={"If-None-Match": sent}).status_code == 304
        following = api(first.json()["next"])
        assert following["ETag"] != first["ETag"]


def test_etag_tells_of_no_change_the_reader_may_not_see(api: Api) -> None:
    negotiation, hidden = make_negotiation("talks"), make_negotiation("hidden", visibility="restricted")
    issue = make_issue(negotiation, "border")
    make_coding(make_statement(source=make_source(negotiation)), issue=issue)
    addresses = (
        "negotiations/", "statements/", "codings/", "sources/", "parties/", "persons/", "issues/", "rounds/",
        "conditions/", "negotiations/talks/", "positions/?negotiation=talks", "shifts/?negotiation=talks",
        "coverage/?negotiation=talks", "search/?negotiation=talks&q=accept", "reliability/?negotiation=talks",
    )  # fmt: skip
    before = {address: api(address)["ETag"] for address in addresses}
    make_coding(
        make_statement(source=make_source(hidden)), issue=make_issue(hidden, "secret"), conditions=["they yield"]
    )
    marked = make_source(negotiation, tlp=Tlp.RED)
    make_coding(make_statement(source=marked), issue=issue)
    make_coding(make_statement(source=make_source(negotiation), attribution=Attribution.OFF_RECORD), issue=issue)
    make_coding(make_statement(source=marked), issue=issue, status="draft")
    changed = {address for address in addresses if api(address)["ETag"] != before[address]}
    # the source of the passage off the record is itself on the record
    assert changed <= {"sources/"}
    insider = Api(make_user(is_superuser=True))
    assert insider("statements/")["ETag"] != before["statements/"]
