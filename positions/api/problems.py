"""Every refusal as ``application/problem+json`` (RFC 9457): ``type``, ``title``, ``status``, ``detail``, ``errors``."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as refusals
from rest_framework.response import Response
from rest_framework.views import set_rollback

from positions import exceptions as domain

MEDIA_TYPE = "application/problem+json"
Errors = Mapping[str, Sequence[str]]

logger = logging.getLogger("positions.api")


class BadParameters(Exception):
    """A request whose query parameters cannot be answered; ``errors`` maps each to what is wrong with it."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(describe_errors(errors))
        self.errors = errors


def describe_errors(errors: Errors) -> str:
    """One line for people: each field with what is wrong about it."""
    return "; ".join(
        message if field == "__all__" else f"{field}: {message}"
        for field, messages in errors.items()
        for message in messages
    )


class ManyRefused(Exception):
    """Records sent together, of which at least one was refused, so that none was written.

    ``refusals`` maps the place of each faulty one, counted from 0, to what was raised.
    """

    def __init__(self, sent: int, refusals: Mapping[int, Exception]) -> None:
        super().__init__(f"{len(refusals)} of {sent} were refused; nothing was written")
        self.refusals = refusals


def problem_body(status: int, detail: str, errors: Errors | None = None) -> dict[str, Any]:
    """The members of a problem. Its ``type`` is ``about:blank``: the status says all there is to classify."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _printable(detail),
        "errors": {field: [_printable(message) for message in messages] for field, messages in (errors or {}).items()},
    }


def _printable(words: str) -> str:
    """Without lone surrogates, which a body may quote from a request and no answer can hold."""
    return words.encode("utf-8", "replace").decode("utf-8")


def problem_response(exc: Exception, context: Mapping[str, Any]) -> Response:
    """What the framework calls with whatever a view raised."""
    set_rollback()
    if isinstance(exc, ManyRefused):
        return Response(_describe_many(exc, context), status=_gravest(exc, context), content_type=MEDIA_TYPE)
    status, detail, errors, headers = _classify(exc, context)
    return Response(problem_body(status, detail, errors), status=status, headers=headers, content_type=MEDIA_TYPE)


def _describe_many(exc: ManyRefused, context: Mapping[str, Any]) -> dict[str, Any]:
    """A problem with one of ``items`` for each record refused, and ``errors`` with the place before each field."""
    items, together = [], {}
    for place, refusal in sorted(exc.refusals.items()):
        status, detail, errors, _ = _classify(refusal, context)
        body = problem_body(status, detail, errors)
        items.append({"index": place, "status": status, "detail": body["detail"], "errors": body["errors"]})
        for field, messages in (body["errors"] or {"__all__": [body["detail"]]}).items():
            together[f"[{place}]" if field == "__all__" else f"[{place}].{field}"] = messages
    return {**problem_body(_gravest(exc, context), f"{exc}.", together), "items": items}


def _gravest(exc: ManyRefused, context: Mapping[str, Any]) -> int:
    """The status that all items share; 400 where they differ."""
    statuses = {_classify(refusal, context)[0] for refusal in exc.refusals.values()}
    return statuses.pop() if len(statuses) == 1 else 400


def _classify(exc: Exception, context: Mapping[str, Any]) -> tuple[int, str, Errors, dict[str, str]]:
    match exc:
        case BadParameters():
            return 400, str(exc), exc.errors, {}
        case domain.NotVisible() | Http404():
            return 404, str(exc) if isinstance(exc, domain.NotVisible) else "Nothing is at this address.", {}, {}
        case domain.NotPermitted():
            return 403, str(exc), {}, {}
        case domain.Invalid():
            return 400, str(exc), exc.errors, {}
        case domain.LedgerTooWide():
            return 400, str(exc), {"party": [str(exc)], "other": [str(exc)]}, {}
        case domain.Conflict():
            return 409, str(exc), {}, {}
        case domain.KeyReused():
            return 422, str(exc), {}, {}
        case refusals.APIException():
            return _classify_refusal(exc)
        case PermissionDenied():
            return 403, "This is not permitted.", {}, {}
        case SuspiciousOperation():
            return 400, "The request could not be read.", {}, {}
    _report(exc, context)
    return 500, "Something went wrong on our side; it was logged.", {}, {}


def _classify_refusal(exc: refusals.APIException) -> tuple[int, str, Errors, dict[str, str]]:
    headers: dict[str, str] = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(auth_header)
    wait = getattr(exc, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    if isinstance(exc, refusals.ValidationError):
        errors = dict(_flatten(exc.detail))
        return exc.status_code, describe_errors(errors), errors, headers
    return exc.status_code, str(exc.detail), {}, headers


def _flatten(detail: Any, path: str = "") -> list[tuple[str, list[str]]]:
    """Nested messages of a serializer as field paths such as ``conditions[0].text``."""
    if isinstance(detail, Mapping):
        found: list[tuple[str, list[str]]] = []
        for name, below in detail.items():
            if name == "non_field_errors":
                found += _flatten(below, path)
                continue
            here = str(name)
            found += _flatten(below, f"{path}{'' if here.startswith('[') else '.'}{here}" if path else here)
        return found
    if isinstance(detail, list):
        messages = [str(item) for item in detail if not isinstance(item, Mapping | list)]
        nested = [
            pair
            for place, item in enumerate(detail)
            if isinstance(item, Mapping | list)
            for pair in _flatten(item, f"{path}[{place}]")
        ]
        return ([(path or "__all__", messages)] if messages else []) + nested
    return [(path or "__all__", [str(detail)])]


def _report(exc: Exception, context: Mapping[str, Any]) -> None:
    """Tell the log and whoever watches for failures, as for any page that breaks."""
    request = getattr(context.get("request"), "_request", None)
    view = context.get("view")
    logger.error("%s %s failed", getattr(request, "method", "?"), getattr(request, "path", "?"), exc_info=exc)
    got_request_exception.send(sender=type(view), request=request)


@csrf_exempt
def unknown_address(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """404 for any address below ``/api/`` that is none; one that only lacks its last slash is pointed out."""
    if request.method in ("GET", "HEAD") and not request.path.endswith("/"):
        try:
            meant = resolve(f"{request.path_info}/")
        except Resolver404:
            meant = None
        if meant is not None and meant.func is not unknown_address:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{request.path}/{'?' + query if query else ''}")
    return plain_problem(404, "Nothing is at this address.")


def plain_problem(status: int, detail: str) -> HttpResponse:
    """A problem outside any API view."""
    return HttpResponse(json.dumps(problem_body(status, detail)), status=status, content_type=MEDIA_TYPE)
