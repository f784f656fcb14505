"""``imports/``: a file is handed in, and a job brings it into the record."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.authentication import SignedIn
from positions.api.parameters import FLAGS, shorten
from positions.api.serializers.events import JobSerializer
from positions.api.views import ApiView
from positions.api.vocabularies import ImportFormat
from positions.exceptions import Invalid
from positions.services.import_jobs import ImportOrder, order_import

FIELDS = ("file", "format", "negotiation", "dry_run", "create_missing", "asserted_by", "stated_on")
LONGEST_WORD = 200


class ImportRequestSerializer(serializers.Serializer[Any]):
    """The form that an import is sent as."""

    file = serializers.FileField()
    format = serializers.ChoiceField(ImportFormat.choices)
    negotiation = serializers.CharField(
        required=False,
        help_text="Slug. A site administrator may leave it out with a bundle, which names its own, or name a new one.",
    )
    dry_run = serializers.BooleanField(required=False, help_text="Check everything and write nothing.")
    create_missing = serializers.BooleanField(
        required=False, help_text="Of a codings table: add parties and issues that nobody knows."
    )
    asserted_by = serializers.CharField(
        required=False, max_length=200, help_text="Of annotations: the party that states what none of their tags says."
    )
    stated_on = serializers.CharField(
        required=False,
        max_length=200,
        help_text="Of annotations: when it was stated (EDTF), where neither a tag nor the source's date says so.",
    )


class ImportView(ApiView):
    """Imports run in the background, all or nothing: the answer is the job, whose errors say what stands in the way."""

    permission_classes = [SignedIn]
    is_open = False
    parser_classes = [MultiPartParser]
    serializer_class = JobSerializer

    def refusals(self, method: str) -> tuple[int, ...]:
        return (400, 401, 403, 404, 406, 415, 429)

    @extend_schema(request={"multipart/form-data": ImportRequestSerializer}, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        """Hand in a file. Ask for the job until it has ended."""
        assert not self.question.values
        file, format, order = read_form(request)
        job = order_import(self.reader, format, file, order)
        response = Response(JobSerializer(job).data, status=202)
        response.headers["Location"] = request.build_absolute_uri(reverse("api-jobs-one", args=[job.pk]))
        return response


def read_form(request: Request) -> tuple[Any, str, ImportOrder]:
    """What the form says. Raises :class:`Invalid` with everything wrong in it."""
    form: Any = request.data
    errors: dict[str, list[str]] = {}
    for name, values in form.lists():
        if name not in FIELDS:
            errors[shorten(name)] = [f"is no field of this form; it takes {', '.join(FIELDS)}"]
        elif len(values) != 1:
            errors[name] = [f"is given {len(values)} times; give it once"]
    file = form.get("file")
    if not isinstance(file, UploadedFile):
        errors.setdefault("file", ["is required, as a file of the form"])
    format = str(form.get("format", ""))
    if format not in ImportFormat.values:
        errors.setdefault("format", [f"must be one of {', '.join(ImportFormat.values)}"])
    flags = {}
    for name in ("dry_run", "create_missing"):
        word = str(form.get(name, "false"))
        if word not in FLAGS:
            errors.setdefault(name, [f"“{shorten(word)}” is neither true nor false"])
        flags[name] = FLAGS.get(word, False)
    words = {name: str(form.get(name, "")) for name in ("asserted_by", "stated_on")}
    for name, word in words.items():
        if "\x00" in word or len(word) > LONGEST_WORD:
            errors.setdefault(name, [f"is longer than {LONGEST_WORD} characters, or contains a NUL character"])
    if errors:
        raise Invalid(errors)
    order = ImportOrder(str(form.get("negotiation", "")), flags["dry_run"], flags["create_missing"], **words)
    return file, format, order
