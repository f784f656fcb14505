"""What every table of the domain shares."""

from __future__ import annotations

import uuid

from django.db import models


class Record(models.Model):
    """A row with a UUID that outsiders may rely on and that survives an export."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


def choice_constraint(field: str, choices: type[models.Choices], name: str) -> models.CheckConstraint:
    """A named constraint that holds ``field`` to the values of its enumeration."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": choices.values}), name=name)
