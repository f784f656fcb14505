"""Filling in a page's form as a browser would send it, and reading what the page says."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from positions.models import Event


class _Forms(HTMLParser):
    """The fields of every form of a page, with the values they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select: tuple[str, bool] | None = None
        self._textarea: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append({})
        elif not self.forms:
            return
        elif tag == "input" and name and given.get("type") not in ("submit", "file", "button"):
            if given.get("type") in ("checkbox", "radio") and "checked" not in given:
                return
            self.forms[-1][name] = given.get("value") or ("on" if given.get("type") == "checkbox" else "")
        elif tag == "select" and name:
            self._select = (name, "multiple" in given)
            self.forms[-1][name] = [] if "multiple" in given else ""
        elif tag == "option" and self._select and "selected" in given:
            chosen, many = self._select
            value = given.get("value") or ""
            self.forms[-1][chosen] = [*self.forms[-1][chosen], value] if many else value
        elif tag == "textarea" and name:
            self._textarea, self._words = name, []

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea" and self._textarea and self.forms:
            self.forms[-1][self._textarea] = "".join(self._words).removeprefix("\n")
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._words.append(data)


def read_form(response: Any, holding: str) -> dict[str, Any]:
    """What the form that holds a field called ``holding`` would send."""
    reader = _Forms()
    reader.feed(response.content.decode())
    return next(form for form in reader.forms if holding in form)


def hand_in(client: Client, url: str, holding: str, changes: dict[str, Any], button: str = "_save") -> Any:
    """Open the page, change the fields, press the button."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return client.post(url, {**read_form(page, holding), button: "Save", **changes})


def said(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in response.context["messages"]] if response.context else []


def errors_of(response: Any) -> dict[str, list[str]]:
    """The errors at the fields of a page's form."""
    return {field: [str(m) for m in messages] for field, messages in response.context["adminform"].form.errors.items()}


def row_errors(response: Any, place: int = 0) -> list[dict[str, list[str]]]:
    """The errors at the lines of a page's list."""
    formset = response.context["inline_admin_formsets"][place].formset
    return [{field: [str(m) for m in messages] for field, messages in row.errors.items()} for row in formset.forms]


def events(actions: Iterable[str] = ()) -> list[str]:
    """The actions in the log that the desk caused, oldest first."""
    wanted = set(actions)
    rows = Event.objects.exclude(subject_label__endswith=" event").order_by("id").values_list("action", flat=True)
    return [action for action in rows if not wanted or action in wanted]
