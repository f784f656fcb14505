"""Reading an installation's API: one address, one token, refusals as errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import requests

# Seconds until a connection stands, and between two pieces of an answer.
TIMEOUTS: Final = (5.0, 60.0)
# As many ids as one query parameter holds.
IDS_AT_ONCE: Final = 50
STATEMENT_FIELDS: Final = "id,exact,source,stated_on,asserted_by,speaker_label,attribution,retired_at"
SOURCE_FIELDS: Final = "id,title,publisher,published_on,url,tlp"
# From the one that may go anywhere to the one that may go nowhere (Traffic Light Protocol 2.0).
MARKINGS: Final = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")

Citations = dict[str, dict[str, Any]]


class Refused(Exception):
    """The API did not answer; the message says why and what to do about it."""


class Record:
    """The record behind an installation's API, as the owner of a token may read it."""

    def __init__(self, address: str, token: str = "") -> None:
        """Raises :class:`ValueError` for an address that is none, or for a token that no header can hold."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(
                f"“{address}” is not the address of an installation, such as https://rapporteur.example.org"
            )
        if not (token.isascii() and token.isprintable()):
            raise ValueError("the token holds characters that no token has")
        self.site = address.rstrip("/")
        self._session = requests.Session()
        # neither proxies nor passwords of the environment: requests go to this address, with this token
        self._session.trust_env = False
        self._session.headers["Accept"] = "application/json"
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """The answer of ``/api/v1/<path>``; parameters without a value are left out. Raises :class:`Refused`."""
        given = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
        address = f"{self.site}/api/v1/{path}"
        try:
            # an answer that sends somewhere else is none of the installation's
            answer = self._session.get(address, params=given, timeout=TIMEOUTS, allow_redirects=False)
            body = answer.json()
        except requests.exceptions.JSONDecodeError:
            raise Refused(f"{self.site} answered with {answer.status_code} and no JSON; is it Rapporteur?") from None
        except requests.exceptions.RequestException as error:
            raise Refused(f"{self.site} cannot be reached ({type(error).__name__}).") from None
        if answer.status_code == requests.codes.too_many:
            raise Refused(f"Too many requests; ask again in {answer.headers.get('Retry-After', 'some')} seconds.")
        if answer.status_code != requests.codes.ok or not isinstance(body, dict):
            raise Refused(_reason(answer.status_code, body))
        return body

    def list_all(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """Every row of a list, page by page."""
        rows: list[dict[str, Any]] = []
        page = self.get(path, page_size=500, **parameters)
        rows += page["results"]
        while page["next"]:
            page = self.get(path, page_size=500, **{**parameters, "cursor": _cursor_of(page["next"])})
            rows += page["results"]
        return rows

    def cite(self, statements: Iterable[str]) -> Citations:
        """How to cite each of the statements, by its id: words, who, when, source, marking and stable address."""
        wanted = list(dict.fromkeys(statements))
        rows = [row for some in _in_batches(wanted) for row in self._by_id("statements", some, STATEMENT_FIELDS)]
        names = list(dict.fromkeys(row["source"] for row in rows))
        sources = {row["id"]: row for some in _in_batches(names) for row in self._by_id("sources", some, SOURCE_FIELDS)}
        return {row["id"]: self._citation(row, sources[row["source"]]) for row in rows}

    def _by_id(self, path: str, ids: list[str], fields: str) -> list[dict[str, Any]]:
        retired = {"retired": "true"} if path == "statements" else {}
        rows: list[dict[str, Any]] = self.get(
            f"{path}/", id=",".join(ids), fields=fields, page_size=IDS_AT_ONCE, **retired
        )["results"]
        return rows

    def _citation(self, statement: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
        address = f"{self.site}/statements/{statement['id']}/"
        where = ", ".join(part for part in (source["title"], source["publisher"], source["published_on"]) if part)
        words = f"“{statement['exact']}”" if statement["exact"] else "(no quotation)"
        marking = f"TLP:{source['tlp']}"
        return {
            "statement": statement["id"],
            "address": address,
            "quote": statement["exact"] or None,
            "asserted_by": statement["asserted_by"],
            "speaker": statement["speaker_label"] or None,
            "stated_on": statement["stated_on"],
            "ground_rule": statement["attribution"],
            "in_force": statement["retired_at"] is None,
            "source": {
                "title": source["title"],
                "publisher": source["publisher"],
                "published_on": source["published_on"],
                "url": source["url"],
                "address": f"{self.site}/sources/{source['id']}/",
            },
            "marking": marking,
            "text": f"{statement['asserted_by']}, {statement['stated_on']}: {words} ({where}; {marking}). {address}",
        }


def strictest(markings: Iterable[str]) -> str:
    """The strictest of some markings; that of what quotes nothing is clear."""
    ranks = [MARKINGS.index(marking.removeprefix("TLP:")) for marking in markings]
    return f"TLP:{MARKINGS[max(ranks, default=0)]}"


def _in_batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]


def _cursor_of(link: str) -> str:
    """The cursor of a link to another page; the page itself is asked for at the address that was given."""
    query = parse_qs(urlsplit(link).query)
    return str(query["cursor"][0])


def _reason(status: int, body: Any) -> str:
    detail = body.get("detail") if isinstance(body, dict) else None
    said = detail if isinstance(detail, str) and detail else f"The installation answered with {status}."
    if status == requests.codes.unauthorized:
        return f"{said} Set RAPPORTEUR_TOKEN to a token of yours that is still valid."
    return said
