#!/usr/bin/env python3
"""Keep a copy of what an installation shows you, up to date by its feed of changes.

    python docs/mirror.py https://positions.example.org copy.json --token "$TOKEN"

It needs nothing but Python. The copy is one JSON file:

    {"cursor": "…",
     "negotiations": {slug: {"record": {…}, "rounds": {id: {…}}, "issues": {…}, "sources": {…}, "statements": {…}}},
     "parties": {slug: {…}}, "persons": {slug: {…}}}

Statements bring their codings in force along. The file is put in its place after each page of the feed, the copy
and its cursor together: stop the program at any moment and start it again. With --once it ends when there is no more
for now.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

Record = dict[str, Any]
PARTS = ("rounds", "issues", "sources", "statements")
SHARED = ("parties", "persons")


class CursorLost(Exception):
    """The installation does not know our cursor: the copy has to be made anew."""


class Mirror:
    """A copy in a file, and the installation it is a copy of."""

    def __init__(self, url: str, path: Path, token: str = "") -> None:
        self.root = f"{url.rstrip('/')}/api/v1/"
        self.path = path
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.etag = ""
        self.copy: Record = json.loads(path.read_text("utf-8")) if path.exists() else {}

    # ------------------------------------------------------------ asking

    def get(self, address: str, **parameters: str) -> Record | None:
        """The answer; null for what is not there (any more), or has not changed."""
        url = address if "://" in address else self.root + address
        if parameters:
            url = f"{url}?{urlencode(parameters)}"
        while True:
            headers = {**self.headers, **({"If-None-Match": self.etag} if "since" in parameters and self.etag else {})}
            try:
                with urlopen(Request(url, headers=headers), timeout=60) as answer:  # noqa: S310
                    if "since" in parameters:
                        self.etag = answer.headers["ETag"] or ""
                    body: Record = json.load(answer)
                    return body
            except HTTPError as refusal:
                if refusal.code == 429:
                    time.sleep(int(refusal.headers.get("Retry-After", "1")))
                    continue
                if refusal.code in (304, 404):
                    return None
                if refusal.code == 400 and "since" in parameters:
                    raise CursorLost from None
                raise

    def rows(self, address: str, **parameters: str) -> list[Record]:
        """All rows of a list."""
        found: list[Record] = []
        page = self.get(address, page_size="500", **parameters)
        while page is not None:
            found += page["results"]
            page = self.get(page["next"]) if page["next"] else None
        return found

    # ------------------------------------------------------------ copying

    def sync(self) -> int:
        """Make the copy, or bring it up to date; how many changes there were."""
        if not self.copy:
            self.begin()
        done = 0
        while True:
            page = self.get("changes/", since=self.copy["cursor"], page_size="500")
            if page is None:
                return done
            self.follow(page["results"])
            self.copy["cursor"] = page["cursor"]
            self.save()
            done += len(page["results"])
            if page["next"] is None:
                return done

    def begin(self) -> None:
        """Take the cursor first, then everything: what changes meanwhile is told again."""
        latest = self.get("changes/", latest="true") or {}
        self.copy = {"cursor": latest["cursor"], "negotiations": {}, "parties": {}, "persons": {}}
        for name in SHARED:
            self.copy[name] = {row["slug"]: row for row in self.rows(f"{name}/")}
        for negotiation in self.rows("negotiations/"):
            self.read_again(negotiation["slug"])
        self.save()

    def follow(self, changes: list[Record]) -> None:
        """Do what changes say, reading each record once."""
        again: set[str] = set()
        records: dict[tuple[str, str], Record] = {}
        for change in changes:
            slug = change["negotiation"]
            if change["kind"] == "closed":
                self.copy["negotiations"].pop(slug, None)
                again.discard(slug)
            elif change["kind"] == "reread" or (slug and slug not in self.copy["negotiations"]):
                again.add(slug)
            else:
                records.update({(each["resource"], each["id"]): {**each, "in": slug} for each in change["records"]})
        for slug in sorted(again):
            self.read_again(slug)
        for each in records.values():
            if each["in"] not in again:
                self.read_record(each["in"], each["resource"], each["id"])

    def read_again(self, slug: str) -> None:
        """Everything of a negotiation; what does not come back is dropped."""
        record = self.get(f"negotiations/{slug}/")
        if record is None:
            self.copy["negotiations"].pop(slug, None)
            return
        held: Record = {"record": record}
        for part in PARTS:
            held[part] = {row["id"]: row for row in self.rows(f"{part}/", negotiation=slug)}
        self.copy["negotiations"][slug] = held
        for statement in held["statements"].values():
            self.read_names(statement)

    def read_record(self, slug: str | None, resource: str, key: str) -> None:
        """One record as it is now; it is dropped where it is not there, or not in force, any more."""
        record = self.get(f"{resource}/{key}/")
        if resource in SHARED:
            held = self.copy[resource]
        elif resource in PARTS:
            held = self.copy["negotiations"][slug][resource]
        else:
            if resource == "negotiations" and record is not None:
                self.copy["negotiations"][slug]["record"] = record
            elif resource == "conditions" and record is not None:
                coding = self.get(f"codings/{record['coding']}/")
                if coding is not None:
                    self.read_record(slug, "statements", coding["statement"])
            # a coding comes with its statement, which the same change names
            return
        if record is None or record.get("retired_at"):
            held.pop(key, None)
        else:
            held[key] = record
            self.read_names(record)

    def read_names(self, record: Record) -> None:
        """The parties and the person that a statement names, should the copy not have them."""
        parties = {record.get("asserted_by"), *record.get("addressees", ())}
        parties |= {coding["party"] for coding in record.get("codings", ())}
        for name, slugs in (("parties", parties), ("persons", {record.get("speaker")})):
            for slug in sorted(slug for slug in slugs if slug and slug not in self.copy[name]):
                self.read_record(None, name, slug)

    def save(self) -> None:
        """Put the file in its place whole."""
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.write_text(json.dumps(self.copy, ensure_ascii=False), encoding="utf-8")
        os.replace(draft, self.path)


def main(arguments: list[str]) -> int:
    """Keep the copy until stopped, or once."""
    parser = argparse.ArgumentParser(description="Keep a copy of what an installation shows you.")
    parser.add_argument("url", help="such as https://positions.example.org")
    parser.add_argument("file", type=Path, help="the copy; made where it does not exist")
    parser.add_argument("--token", default=os.environ.get("TOKEN", ""), help="an API token (default: $TOKEN)")
    parser.add_argument("--once", action="store_true", help="end when there is no more for now")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to wait between two looks")
    asked = parser.parse_args(arguments)
    mirror = Mirror(asked.url, asked.file, asked.token)
    while True:
        try:
            done = mirror.sync()
        except CursorLost:
            sys.stderr.write("the cursor is not known any more; making the copy anew\n")
            mirror.copy, mirror.etag = {}, ""
            continue
        if done or asked.once:
            sys.stdout.write(f"{done} changes\n")
            sys.stdout.flush()
        if asked.once:
            return 0
        time.sleep(asked.seconds)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
