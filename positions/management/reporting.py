"""How commands speak: whose rights they use, one line a step, errors by exit code."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from positions.exceptions import BundleRefused, PositionsError, TableRefused
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.services.imports import ImportReport


class ReportingCommand(BaseCommand):
    """A command that acts as ``system`` or ``--as USER``, and turns domain errors into exit code 1."""

    requires_migrations_checks = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """The usual parser; every command of ours takes ``--as``."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument(
            "--as", dest="as_user", metavar="USER", help="act with the rights of this user instead of the system's"
        )
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run, with domain errors as a message and exit code 1."""
        try:
            return super().execute(*args, **options)
        except BundleRefused as refusal:
            self._refuse([f"{path}: {message}" for path, message in refusal.problems])
        except TableRefused as refusal:
            self._refuse([str(problem) for problem in refusal.problems])
        except PositionsError as refusal:
            raise CommandError(str(refusal)) from None

    def _refuse(self, problems: list[str]) -> NoReturn:
        for problem in problems:
            self.stderr.write(problem, ending="\n")
        raise CommandError(
            f"Refused, nothing was written: {len(problems)} problem{'s' * (len(problems) != 1)}."
        ) from None

    def tell_import(self, report: ImportReport, *, dry_run: bool) -> None:
        """What an import did, or would do, and what it left aside."""
        for place, message in report.warnings:
            self.step(f"warning: {place}: {message}")
        what = ", ".join(f"{count} {noun}" for noun, count in report.counts.items()) or "nothing new"
        self.stdout.write(f"{'Would import' if dry_run else 'Imported'} {report.negotiation.slug}: {what}.")

    def reader(self, options: dict[str, Any]) -> Reader:
        """With whose rights the command runs."""
        name = options.get("as_user")
        if not name:
            return SYSTEM
        user = get_user_model().objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user “{name}”.")
        return reader_of(user)

    def step(self, words: str) -> None:
        """One line of progress, on stderr so that stdout stays data."""
        self.stderr.style_func = None
        self.stderr.write(words)
        sys.stderr.flush()


def readable_file(name: str) -> Any:
    """An argparse type for a file that exists; anything else is a usage error."""
    from pathlib import Path

    path = Path(name)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file “{name}”")
    return path
