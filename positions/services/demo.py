"""The demo: a real negotiation, coded from the public record, and an account for each role."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from django.contrib.auth.models import User

from positions.enums import Role
from positions.models import Member, Negotiation
from positions.queries.access import SYSTEM
from positions.services.imports import ImportReport, import_bundle
from positions.services.negotiations import set_member_role
from positions.services.tokens import create_token
from positions.services.users import save_account

DEMO = Path(__file__).resolve().parent.parent / "demo"
ADMINISTRATOR = "administrator"
ACCOUNTS = (*Role.values, ADMINISTRATOR)


def load_demo_negotiations() -> list[ImportReport]:
    """Import every bundle of the demo; what is there already stays as it is."""
    return [
        import_bundle(SYSTEM, bundle.read_bytes(), folder=bundle.parent)
        for bundle in sorted(DEMO.glob("*/bundle.json"))
    ]


def prepare_demo_accounts(negotiation: Negotiation, credentials_file: Path) -> bool:
    """One account a role, with random passwords and tokens written to ``credentials_file`` (mode 0600).

    Does nothing when the file and all its accounts exist; returns whether it did something.
    """
    usernames = {role: f"demo-{role}" for role in ACCOUNTS}
    existing = set(User.objects.filter(username__in=usernames.values()).values_list("username", flat=True))
    if credentials_file.exists() and existing == set(usernames.values()):
        _seat(negotiation, usernames)
        return False
    credentials = {}
    for role, username in usernames.items():
        password = secrets.token_urlsafe(15)
        user = save_account(
            SYSTEM, username, password, is_staff=role != Role.VIEWER, is_superuser=role == ADMINISTRATOR
        )
        credentials[role] = {"username": username, "password": password, "token": create_token(SYSTEM, user)}
    _seat(negotiation, usernames)
    write_private(credentials_file, json.dumps(credentials, indent=2) + "\n")
    return True


def _seat(negotiation: Negotiation, usernames: dict[str, str]) -> None:
    seated = set(Member.objects.filter(negotiation=negotiation).values_list("user__username", flat=True))
    for role in Role.values:
        if usernames[role] not in seated:
            set_member_role(SYSTEM, negotiation, User.objects.get(username=usernames[role]), role)


def write_private(path: Path, content: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(path.suffix + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)
