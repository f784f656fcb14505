"""Create an API token for a user."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError, CommandParser

from positions.enums import TokenScope
from positions.management.reporting import ReportingCommand
from positions.services.tokens import create_token


class Command(ReportingCommand):
    """The token alone on stdout; it is shown once."""

    help = "Create an API token for a user and print it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER")
        parser.add_argument("--days", type=int, help="days until it expires (default: the installation's setting)")
        parser.add_argument("--scope", choices=TokenScope.values, default=TokenScope.WRITE.value, help="default: write")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user “{options['user']}”.")
        days = options["days"]
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days takes a whole number from 1 to 3650.")
        lifetime = timedelta(days=days) if days else None
        self.stdout.write(create_token(self.reader(options), user, scope=options["scope"], expires_in=lifetime))
