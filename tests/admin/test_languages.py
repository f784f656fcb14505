"""The desk in another language: all it shows is in a catalogue, and scripts get the words they ask for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

import positions
from positions.admin.script_words import review_words, tagging_words
from positions.admin.words import ACTIONS
from positions.analysis import reasons
from positions.analysis.reasons import Reason
from positions.enums import CodingStatus, ReviewPolicy, Tlp
from positions.models import Statement
from positions.models.names import COLUMNS, TABLES
from positions.queries.access import SYSTEM
from positions.queries.reasons import PATTERNS, say_reason
from positions.services.anchoring import add_text_version
from positions.services.codebook import publish_codebook_version
from positions.services.relations import relate_statements
from tests.admin.conftest import Talks, client_of
from tests.factories import TEXT, make_coding, make_source, make_statement
from tests.pseudo import pseudo_language, words_outside

SCRIPTS = Path(positions.__file__).parent / "static" / "positions" / "js"
SAID = re.compile(r'"((?:tag|keys)-[a-z0-9-]+)"')
SAID_IN_PART = re.compile(r"\bsay\(`([a-z-]+)\$\{")
# a literal that begins like a sentence and goes on like one
SENTENCE = re.compile(r"""["'`]([A-Z…(][\w’,;:-]* [a-z“][\w’]+[^"'`]*)["'`]""")
# what Django and other applications say of themselves, and languages by their own names
NOT_OURS = ("Axes", "Knox", "Auth tokens", "Search", "False", "True", "Rapporteur", "English", "Français", "Русский")

# codes as files write them: a log keeps them, and a line of a condition is typed with them
CODES = ("fuzzy", "precondition", *(f"TLP:{marking}" for marking in Tlp.values))


def lists_and_records() -> list[str]:
    """The list, the form of a new record, a record and its history, of every table that has pages."""
    addresses = []
    for model in apps.get_app_config("positions").get_models():
        base = f"/admin/positions/{model._meta.model_name}/"
        addresses += [base, f"{base}add/"]
        row = model._base_manager.first()
        if row is not None:
            addresses += [f"{base}{row.pk}/change/", f"{base}{row.pk}/history/"]
    return addresses


def pages_between(talks: Talks, waiting: Statement) -> list[str]:
    """Pages that ask something about one record, and those of several records."""
    source, statement, coding, negotiation = talks.source.pk, talks.statement.pk, talks.coding.pk, talks.negotiation.pk
    version = talks.negotiation.codebook_versions.order_by("-version")[0].pk
    return [
        "/admin/",
        f"/admin/positions/statement/add/?source={source}",
        f"/admin/positions/coding/add/?statement={statement}",
        *(f"/admin/positions/source/{source}/{page}/" for page in ("tag", "new-text", "derivation")),
        *(f"/admin/positions/statement/{statement}/{page}/" for page in ("correct", "withdraw", "relate")),
        f"/admin/positions/statement/{waiting.pk}/anchor/",
        *(f"/admin/positions/coding/{coding}/{page}/" for page in ("correct", "withdraw")),
        "/admin/positions/condition/board/",
        f"/admin/positions/condition/board/?set={talks.coding.conditions.get().pk}",
        f"/admin/positions/coding/find/?issue={talks.issue.pk}",
        f"/admin/positions/codebookversion/add/?negotiation={negotiation}",
        f"/admin/positions/codebookversion/{version}/worklist/",
        "/admin/positions/negotiation/import/",
    ]


@pytest.mark.either_engine
def test_every_word_of_the_desk_is_a_message(
    administrator: Client, users: dict[str, User], talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run over all pages: what they share is made once."""
    other = make_statement(source=talks.source, asserted_by=talks.party)
    relate_statements(SYSTEM, talks.statement, other, "denies", "seen")
    handed_in = make_coding(other, issue=talks.issue, status=CodingStatus.SUBMITTED, coder="first")
    lost = make_source(talks.negotiation, title="Another")
    waiting = make_statement(source=lost, asserted_by=talks.party)
    add_text_version(SYSTEM, lost, TEXT.replace("We will not accept this proposal.", "Nothing."), reason="corrected")
    publish_codebook_version(SYSTEM, talks.negotiation, "rules", [], "a reason")
    recoding = {"records": f"{talks.coding.pk}", "stance": "2", "_preview": "1"}
    with pseudo_language(monkeypatch):
        found: dict[str, list[str]] = {}
        allowed = (*NOT_OURS, *CODES)
        for address in dict.fromkeys([*lists_and_records(), *pages_between(talks, waiting)]):
            answer = administrator.get(address)
            if answer.status_code == 200:
                found[address] = words_outside(answer.content.decode(), allowed)
        found["review"] = words_outside(
            administrator.get(f"/admin/positions/coding/{handed_in.pk}/review/").content.decode(), allowed
        )
        found["recode"] = words_outside(
            administrator.post("/admin/positions/coding/several/recode/", recoding).content.decode(), allowed
        )
        talks.negotiation.review_policy = ReviewPolicy.DOUBLE
        talks.negotiation.save()
        make_coding(other, issue=talks.issue, status=CodingStatus.SUBMITTED, coder="second")
        found["adjudicate"] = words_outside(
            administrator.get(f"/admin/positions/coding/{handed_in.pk}/adjudicate/").content.decode(), allowed
        )
    assert len(found) > 80
    assert {address: words for address, words in found.items() if words} == {}


def test_refusal_of_a_service_is_a_message(
    users: dict[str, User], talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pseudo_language(monkeypatch):
        page = client_of(users["lead"]).post(f"/admin/positions/coding/{talks.coding.pk}/withdraw/", {"reason": " "})
    assert "⟦Say why, in a few words: the record keeps it⟧" in page.content.decode().replace("⟦say", "⟦Say")


def test_every_table_and_column_of_a_page_has_a_name() -> None:
    shown = [model for model in admin.site._registry if model._meta.app_label == "positions"]
    assert {model.__name__ for model in shown} == set(TABLES)
    unnamed = {
        f"{model.__name__}.{column.name}"
        for model in shown
        for column in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if column.name not in COLUMNS and not column.name.startswith("folded") and not column.primary_key
    }
    assert unnamed == set()
    assert [str(COLUMNS[name]) for name in ("stated_on", "attribution", "on")] == ["stated on", "ground rule", "on"]


def test_everything_that_is_logged_has_a_name() -> None:
    logged: set[str] = set()
    for path in (Path(positions.__file__).parent / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = node.value if isinstance(node, ast.keyword) and node.arg == "action" else None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_log", "_decide"):
                named = ast.List(node.args)
            if named is not None:
                said = [one.value for one in ast.walk(named) if isinstance(one, ast.Constant)]
                logged |= {word for word in said if isinstance(word, str)}
    assert {"coding_submitted", "coding_returned", "source_updated"} <= logged
    assert logged - set(ACTIONS) == set()
    assert {str(name) for name in ACTIONS.values()} == {action.replace("_", " ") for action in ACTIONS}


@pytest.mark.parametrize(("scripts", "words"), [("tagging/*.js", tagging_words), ("review.js", review_words)])
def test_scripts_get_the_words_they_ask_for(scripts: str, words: Callable[[], dict[str, object]]) -> None:
    source = "\n".join(path.read_text() for path in sorted(SCRIPTS.glob(scripts)))
    asked, given, in_part = set(SAID.findall(source)), set(words()), tuple(SAID_IN_PART.findall(source))
    assert asked - given <= {"keys-list"}  # an element of the page
    assert {key for key in given - asked if not in_part or not key.startswith(in_part)} == set()
    assert set(in_part) == {key for key in in_part if any(word.startswith(key) for word in given)}
    assert SENTENCE.findall(source) == []


def test_reasons_of_suggestions_are_messages() -> None:
    written = {
        words for words in vars(reasons).values() if isinstance(words, str) and "{" in words and "\n" not in words
    }
    assert set(PATTERNS) == {*written, *reasons.POINTS_TO.values(), reasons.PRONOUN_GOES_ON}
    with translation.override("en"):
        assert {str(words) for words in PATTERNS.values()} == set(PATTERNS)
        assert say_reason(Reason(reasons.NAME_MEANS, name="{x}", party="50 %")) == "“{x}” means 50 %"


def test_counted_words_come_in_the_forms_of_the_language() -> None:
    with translation.override("ru"):
        assert set(tagging_words()["tag-statements"]) == {"one", "few", "many", "other"}  # type: ignore[call-overload]
    with translation.override("en"):
        assert tagging_words()["tag-statements"] == {
            "one": "In this text: {count} statement",
            "other": "In this text: {count} statements",
        }


def test_desk_speaks_what_the_browser_accepts(analyst: Client) -> None:
    page = analyst.get("/admin/", headers={"Accept-Language": "ru"}).content.decode()
    assert '<html lang="ru"' in page
