"""The method page: docs/methodology.md in the pages' own dress."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import markdown
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from positions.queries.access import Reader
from positions.web.page_view import page


@page
def method(request: HttpRequest, reader: Reader) -> HttpResponse:
    del reader  # the same for everybody
    body, contents = read_methodology(Path(settings.BASE_DIR) / "docs" / "methodology.md")
    return render(request, "method.html", {"body": body, "contents": contents})


@lru_cache(maxsize=2)
def read_methodology(path: Path) -> tuple[SafeString, SafeString]:
    """The page and its table of contents as HTML. The file is ours, part of the release."""
    converter = markdown.Markdown(
        extensions=["toc", "tables", "sane_lists"], extension_configs={"toc": {"toc_depth": "2-2"}}
    )
    body = converter.convert(path.read_text(encoding="utf-8"))
    return mark_safe(body), mark_safe(converter.toc)  # type: ignore[attr-defined]  # noqa: S308
