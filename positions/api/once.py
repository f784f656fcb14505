"""``Idempotency-Key``: a POST that is sent again with the key of the first is not done again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.problems import BadParameters
from positions.queries.access import Reader
from positions.services.idempotency import Answer, claim_key, keep_answer, release_key

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
KEPT_HEADERS = ("Location", "ETag")

Handler = Callable[..., Response]


def once_per_key(reader: Reader, handler: Handler, *, keeps_body: bool) -> Handler:
    """The handler of a POST with an ``Idempotency-Key``: done once, answered as often as asked.

    Only what was done is kept: after a refusal the key may be used again. ``keeps_body`` is false where
    an answer holds a secret.
    """

    def answer(request: Request, *args: Any, **kwargs: Any) -> Response:
        user, key = reader.user, request.headers[HEADER]
        assert isinstance(user, User)
        if not KEY.fullmatch(key):
            raise BadParameters({HEADER: ["is 1 to 200 visible ASCII characters without spaces, such as a UUID"]})
        claim = claim_key(reader, user, key, fingerprint(request))
        if isinstance(claim, Answer):
            assert claim.body is not None
            again = Response(json.loads(claim.body), status=claim.status, headers=claim.headers)
            again.headers["Idempotency-Replayed"] = "true"
            return again
        try:
            with transaction.atomic():
                response = handler(request, *args, **kwargs)
                kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                body = JSONRenderer().render(response.data).decode() if keeps_body else None
                keep_answer(reader, claim, Answer(response.status_code, kept, body))
                return response
        except BaseException:
            release_key(claim)
            raise

    return answer


def fingerprint(request: Request) -> bytes:
    """What makes two requests the same: the address and what the body says, however it is spelled."""
    body: Any = request.data
    if isinstance(body, Mapping) and hasattr(body, "lists"):
        body = {name: [_digest_of(value) for value in values] for name, values in body.lists()}
    words = json.dumps([request.method, request.get_full_path(), body], sort_keys=True)
    return hashlib.sha256(words.encode()).digest()


def _digest_of(value: Any) -> Any:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]
