"""The Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class PositionsConfig(AppConfig):
    """Negotiations, statements, codings, and what follows from them."""

    name = "positions"
    verbose_name = gettext_lazy("Positions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Accounts are Django's own: whichever form or command makes one, the machine's name is not to be had."""
        from django.contrib.auth.models import User

        from positions.validators import validate_person_name

        validators = User._meta.get_field("username").validators
        if validate_person_name not in validators:
            validators.append(validate_person_name)
