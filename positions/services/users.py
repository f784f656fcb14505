"""Accounts."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from positions.queries.access import Reader
from positions.services.access import require_administrator
from positions.services.events import record_event


@transaction.atomic
def save_account(
    reader: Reader, username: str, password: str, *, is_staff: bool = False, is_superuser: bool = False
) -> User:
    """Add an account, or give an existing one a new password and these flags."""
    require_administrator(reader)
    user = User.objects.filter(username=username).first() or User(username=username)
    action = "account_added" if user._state.adding else "account_updated"
    user.is_staff, user.is_superuser, user.is_active = is_staff, is_superuser, True
    user.set_password(password)
    user.save()
    record_event(
        actor=reader.user,
        action=action,
        subject=user,
        negotiation=None,
        after={"username": username, "is_staff": is_staff, "is_superuser": is_superuser},
    )
    return user
