"""``ETag``, ``If-None-Match``, ``Vary`` and ``Cache-Control``."""

from __future__ import annotations

import pytest

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
