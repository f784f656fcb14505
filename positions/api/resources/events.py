"""``events/``, the log, and ``jobs/``: for who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.authentication import SignedIn
from positions.api.inputs.fields import Nothing
from positions.api.lookups import InNegotiation, ids_of
from positions.api.parameters import Instant, OneOf, Words, ordering
from positions.api.serializers.events import EventSerializer, JobSerializer
from positions.api.views import ResourceView
from positions.api.writing import WritableView
from positions.enums import JobState, Role
from positions.models import Coding, Event, Job
from positions.queries.access import codings_for, events_for, jobs_for, negotiations_for
from positions.services.jobs import cancel_job

MOST_DIGITS = 18


class EventView(ResourceView):
    """The log of the negotiations in which the reader takes part, newest first."""

    permission_classes = [SignedIn]
    is_open = False
    queryset = Event.objects.none()
    serializer_class = EventSerializer
    noun = "event"
    filters = (
        InNegotiation(),
        Words(name="action", description="What was done, such as `coding_published`.", lookup="action"),
        Words(name="actor", description="User name of who did it.", lookup="actor_name"),
        Words(name="subject_type", description="Kind of record, such as `coding`.", lookup="subject_type"),
        Words(name="subject_id", description="Id of the record.", lookup="subject_id"),
        Instant(name="at_after", description="At this instant or later.", lookup="at__gte"),
        Instant(name="at_before", description="At this instant or earlier.", lookup="at__lte"),
    )
    ordering = ordering("-id", id="id")

    def visible(self) -> QuerySet[Event]:
        return events_for(self.reader)

    def loaded(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        return rows.select_related("negotiation")

    def is_key(self, wanted: str) -> bool:
        return wanted.isascii() and wanted.isdigit() and len(wanted) <= MOST_DIGITS

    def context_for(self, rows: Sequence[Event]) -> dict[str, Any]:
        """With the entries that speak of codings which the reader may not see: leads see them all."""
        reader = self.reader
        about: dict[str, list[int]] = {}
        for event in rows:
            if event.subject_type != "coding" or (
                event.negotiation_id and reader.has_role(event.negotiation_id, Role.LEAD)
            ):
                continue
            about.setdefault(event.subject_id, []).append(event.pk)
        visible = (
            codings_for(reader).filter(pk__in=[UUID(coding) for coding in about]) if about else Coding.objects.none()
        )
        seen = {str(coding) for coding in visible.values_list("pk", flat=True)}
        closed = {event for coding, events in about.items() if coding not in seen for event in events}
        return {"reader": reader, "closed": closed}


class JobView(WritableView):
    """Background work that the reader started."""

    collection = "jobs"
    related = ()

    permission_classes = [SignedIn]
    is_open = False
    queryset = Job.objects.none()
    serializer_class = JobSerializer
    noun = "job"
    filters = (
        ids_of(jobs_for, "job"),
        InNegotiation(),
        Words(name="kind", description="Kind of work.", lookup="kind"),
        OneOf(name="state", description="How it stands.", choices=JobState, lookup="state__in"),
        Instant(name="created_after", description="Asked for at this instant or later.", lookup="created_at__gte"),
        Instant(name="created_before", description="Asked for at this instant or earlier.", lookup="created_at__lte"),
        Instant(name="started_after", description="Begun at this instant or later.", lookup="started_at__gte"),
        Instant(name="started_before", description="Begun at this instant or earlier.", lookup="started_at__lte"),
        Instant(name="finished_after", description="Ended at this instant or later.", lookup="finished_at__gte"),
        Instant(name="finished_before", description="Ended at this instant or earlier.", lookup="finished_at__lte"),
    )
    ordering = ordering("-created_at", created_at="created_at", finished_at="finished_at")

    def visible(self) -> QuerySet[Job]:
        return jobs_for(self.reader)

    def loaded(self, rows: QuerySet[Job]) -> QuerySet[Job]:
        return rows.prefetch_related(Prefetch("negotiation", negotiations_for(self.reader)))

    def permit(self, row: Job) -> None:
        """Whoever sees a job started it, or is an administrator: either may cancel it."""

    @extend_schema(request=Nothing, responses={200: JobSerializer})
    def cancel(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Stop work that has not ended; what is running notices at its next step. `If-Match: *` stops it as it is."""

        def write(job: Job, said: dict[str, Any]) -> Job:
            cancel_job(self.reader, job)
            return job

        return self.write_below(Nothing, write)
