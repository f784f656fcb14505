"""What every table of the domain shares."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import models

from positions.folding import folded


class Record(models.Model):
    """A row with a UUID that outsiders may rely on and that survives an export."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


def choice_constraint(field: str, choices: type[models.Choices], name: str) -> models.CheckConstraint:
    """A named constraint that holds ``field`` to the values of its enumeration."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": choices.values}), name=name)


class FoldedText(models.TextField):  # type: ignore[type-arg]
    """The words of other fields as a search compares them; kept with the row whenever it is written whole."""

    def __init__(self, *, of: Sequence[str] = (), **options: Any) -> None:
        self.of = tuple(of)
        options.update(editable=False, blank=True, default="", db_default="")
        super().__init__(**options)

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        for taken in ("editable", "blank", "default", "db_default"):
            options.pop(taken, None)
        return name, path, arguments, {**options, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        words = folded(" ".join(str(getattr(model_instance, name)) for name in self.of))
        setattr(model_instance, self.attname, words)
        return words
