"""The Django application."""

from django.apps import AppConfig


class PositionsConfig(AppConfig):
    """Negotiations, statements, codings, and what follows from them."""

    name = "positions"
    verbose_name = "Positions"
    default_auto_field = "django.db.models.BigAutoField"
