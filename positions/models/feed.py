"""In which order the log's entries came to be seen: what a feed of changes is read by."""

from __future__ import annotations

from django.db import models

from positions.models.events import Event


class EventPlace(models.Model):
    """The place of one event among all events, in the order in which they were committed.

    An event's id is handed out before its transaction commits, so a reader that goes by ids would
    miss the ones that commit late. Triggers of the database write this row at the commit itself:
    whoever sees a place sees every earlier one. ``place`` is null only within the transaction that
    has yet to commit. ``token`` names it to outsiders, whom the number would tell how much happens
    that they may not see.
    """

    event = models.OneToOneField(
        Event, on_delete=models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="feed_place"
    )
    place = models.BigIntegerField(null=True, unique=True)
    token = models.UUIDField(unique=True)

    class Meta:
        ordering = ["place"]

    def __str__(self) -> str:
        return f"{self.place}: {self.event_id}"
