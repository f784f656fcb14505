"""What every page shares: the reader behind the request, and errors turned into pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from positions.exceptions import NotVisible
from positions.queries.access import Reader, reader_of
from positions.web.query_string import BadParameter

P = ParamSpec("P")
PageView = Callable[Concatenate[HttpRequest, Reader, P], HttpResponse]


def page(view: PageView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that only reads: hands the view its reader; 404 for what they may not see, 400 for a bad address."""

    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, reader_of(request.user), *args, **kwargs)
        except NotVisible:
            raise Http404 from None
        except BadParameter as problem:
            return render(request, "400_parameter.html", {"problem": problem}, status=400)
        # what a page shows depends on who asks
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers.setdefault("Vary", "Cookie")
        return response

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", require_safe(wraps(view)(answer)))
