"""``sources/``, with ``<id>/text/``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from positions.api.audit import note_reads
from positions.api.inputs.fields import Input
from positions.api.inputs.sources import SourceChange, SourceInput, TextIn, source_facts
from positions.api.lookups import InNegotiation, Reference, ids_of
from positions.api.parameters import Day, Instant, OneOf, Parameter, Question, Words, fields_of, ordering
from positions.api.serializers.fields import field_names
from positions.api.serializers.sources import SourceSerializer, SourceTextSerializer
from positions.api.writing import WritableView
from positions.enums import Attribution, Reliability, SourceKind, TextAccess, Tlp
from positions.exceptions import NotPermitted, NotVisible
from positions.models import Source, SourceText
from positions.queries.access import sources_for
from positions.queries.withholding import Withheld, text_for, withheld_reason, withheld_texts
from positions.services.sources import fix_text, register_source, update_source


def _mentions(rows: QuerySet[Source], value: str, question: Question) -> QuerySet[Source]:
    return rows.filter(Q(title__icontains=value) | Q(publisher__icontains=value) | Q(author__icontains=value))


def _holding(rows: QuerySet[Source], digest: str, question: Question) -> QuerySet[Source]:
    """Sources whose newest text has the digest, as far as the reader may know the digest."""
    held = SourceText.objects.filter(sha256=digest.lower())
    found = list(rows.filter(pk__in=held.values("source")).prefetch_related("texts"))
    withheld = withheld_texts(question.reader, found)
    shown = [source for source in found if withheld.get(source.pk) is not Withheld.GROUND_RULE]
    newest = {source.pk: max(source.texts.all(), key=lambda text: text.version) for source in shown}
    return rows.filter(pk__in=[pk for pk, text in newest.items() if text.sha256 == digest.lower()])


class SourceView(WritableView):
    """Documents, with their grade, marking and ground rule. Analysts write them."""

    collection = "sources"
    new: ClassVar[type[Input] | None] = SourceInput
    change: ClassVar[type[Input] | None] = SourceChange
    takes_many = True
    related = ("negotiation", "derived_from")

    queryset = Source.objects.none()
    serializer_class = SourceSerializer
    noun = "source"
    filters = (
        ids_of(sources_for, "source"),
        InNegotiation(),
        Words(name="key", description="The source's name in its negotiation.", lookup="key"),
        OneOf(name="kind", description="Kind of document.", choices=SourceKind, lookup="kind__in"),
        Words(name="publisher", description="Exact name of the publisher.", lookup="publisher", longest=300),
        Words(name="author", description="Exact name of the author.", lookup="author", longest=300),
        Words(
            name="url",
            description="Exact address, of the document or its archived copy.",
            narrow=lambda rows, value, question: rows.filter(Q(url=value) | Q(archive_url=value)),
            longest=2000,
        ),
        Words(name="sha256", description="SHA-256 of the newest text, in hexadecimal.", narrow=_holding),
        Words(name="language", description="BCP 47 tag of the language.", lookup="language"),
        OneOf(name="reliability", description="Admiralty grade.", choices=Reliability, lookup="reliability__in"),
        OneOf(name="tlp", description="TLP marking.", choices=Tlp, lookup="tlp__in"),
        OneOf(name="attribution", description="Ground rule.", choices=Attribution, lookup="attribution__in"),
        OneOf(
            name="text_access", description="Who may read the whole text.", choices=TextAccess, lookup="text_access__in"
        ),
        Reference(
            name="derived_from",
            description="Id of the source these derive from.",
            lookup="derived_from",
            visible=sources_for,
            noun="source",
        ),
        Day(name="published_after", description="Published on this day or later.", lookup="published_latest__gte"),
        Day(name="published_before", description="Published on this day or earlier.", lookup="published_latest__lte"),
        Instant(name="recorded_after", description="Registered at this instant or later.", lookup="recorded_at__gte"),
        Instant(
            name="recorded_before", description="Registered at this instant or earlier.", lookup="recorded_at__lte"
        ),
        Words(name="q", description="Words in the title, the publisher or the author.", narrow=_mentions),
    )
    ordering = ordering(
        "-published_on", published_on="published_latest", title="title", key="key", recorded_at="recorded_at"
    )

    def visible(self) -> QuerySet[Source]:
        return sources_for(self.reader)

    def loaded(self, rows: QuerySet[Source]) -> QuerySet[Source]:
        newest = SourceText.objects.filter(source=OuterRef("pk")).order_by("-version")
        return (
            rows.select_related("negotiation")
            .prefetch_related(Prefetch("derived_from", sources_for(self.reader).only("pk")))
            .annotate(sha256=Subquery(newest.values("sha256")[:1]), length=Subquery(newest.values("length")[:1]))
        )

    def context_for(self, rows: Sequence[Any]) -> dict[str, Any]:
        return {"reader": self.reader, "withheld": withheld_texts(self.reader, rows)}

    def create_one(self, said: dict[str, Any]) -> Source:
        return register_source(self.reader, said["negotiation"], source_facts(said), text=said.get("text"))

    def change_one(self, row: Source, said: dict[str, Any]) -> Source:
        return update_source(self.reader, row, source_facts(said, row))


class SourceTextView(SourceView):
    """The canonical text of a source, in which the offsets of its statements count."""

    serializer_class = SourceTextSerializer  # type: ignore[assignment]
    pagination_class = None  # type: ignore[assignment]
    new, change = None, None

    def asked_parameters(self) -> tuple[Parameter, ...]:
        if self.action == "fix":
            return ()
        return (fields_of(field_names(SourceTextSerializer)),)

    def refusals(self, method: str) -> tuple[int, ...]:
        return (*super().refusals(method), 403) if method == "GET" else super().refusals(method)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Raises :class:`NotPermitted` where the text is withheld, :class:`NotVisible` where there is none."""
        question = self.question
        source = self.found(sources_for(self.reader).select_related("negotiation"))
        assert isinstance(source, Source)
        note_reads(self.reader, [source.negotiation])
        if (reason := withheld_reason(self.reader, source)) is not None:
            raise NotPermitted(reason)
        text = text_for(self.reader, source)
        if text is None:
            raise NotVisible("This source has no text.")
        return Response(SourceTextSerializer(text, only=question["fields"]).data)

    def represent(self, row: Any) -> Any:
        """What `If-Match` speaks of: the source itself."""
        return SourceSerializer(row, context=self.context_for([row])).data

    @extend_schema(request=TextIn, responses={201: SourceTextSerializer})
    def fix(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Fix the text of a source that has none; from then on it never changes. `If-Match` names the source."""
        return self.write_below(
            TextIn, lambda source, said: fix_text(self.reader, source, said["text"]), answer=self.text_fixed
        )

    def text_fixed(self, text: SourceText) -> Response:
        """201 with the text and its address."""
        payload = SourceTextSerializer(text).data
        address = reverse("api-source-text", kwargs={"id": text.source_id}, request=self.request)
        return Response(payload, status=201, headers={"Location": address, "ETag": self.tag_of(payload)})
