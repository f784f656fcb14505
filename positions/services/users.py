"""Accounts."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext

from positions.exceptions import Invalid
from positions.queries.access import Reader
from positions.services.access import require_administrator
from positions.services.events import record_event
from positions.validators import is_machine_name


@transaction.atomic
def save_account(
    reader: Reader, username: str, password: str, *, is_staff: bool = False, is_superuser: bool = False
) -> User:
    """Add an account, or give an existing one a new password and these flags."""
    require_administrator(reader)
    refuse_machine_name(username)
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


def refuse_machine_name(username: str) -> None:
    """Raise :class:`Invalid` for the name that stands for the machine: its readings could pass for a person's."""
    if is_machine_name(username):
        raise Invalid(
            {
                "username": gettext("“%(username)s” stands for the machine's suggestions; choose another name")
                % {"username": username}
            }
        )
