"""Background work: the truth about a job is its row here, whatever the broker loses."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from positions.enums import JobState
from positions.models.base import Record, choice_constraint
from positions.models.negotiations import Negotiation


class Job(Record):
    """Work that runs in the background, with state, progress, lease and result."""

    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=9, choices=JobState.choices, default=JobState.QUEUED)
    arguments = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    cursor = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    errors = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, null=True, blank=True, related_name="jobs")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            choice_constraint("state", JobState, "job_state_known"),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False), name="job_running_has_lease"
            ),
        ]
        indexes = [
            # the sweep: queued jobs and running ones whose lease ran out
            models.Index(fields=["state", "lease_until"], name="job_by_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.state}"


class WorkerHeartbeat(models.Model):
    """When a worker was last seen."""

    name = models.CharField(max_length=200, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
