"""API tokens: made, listed and revoked; only their hashes are kept."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken
from knox.settings import knox_settings

from positions.exceptions import Invalid, NotVisible
from positions.models import Event
from positions.queries.access import Reader
from positions.services.access import require_administrator
from positions.services.events import record_event
from positions.validators import text_fault

TOKEN_NAMESPACE = uuid.UUID("5b0f4a3e-6c0a-4b7e-9d0e-3f2f1f0f7c11")


@dataclass(frozen=True)
class TokenCard:
    """A token as its owner sees it. The secret is known only at the moment it is made."""

    id: uuid.UUID
    name: str
    created_at: datetime
    expires_at: datetime | None
    is_current: bool
    token: str = ""


def id_of(token: AuthToken) -> uuid.UUID:
    """An id for addresses: made from the stored hash, which it does not give away."""
    return uuid.uuid5(TOKEN_NAMESPACE, token.digest)


def cards_of(user: User, current: AuthToken | None) -> list[TokenCard]:
    """The user's tokens that are still good."""
    now = timezone.now()
    tokens = [token for token in AuthToken.objects.filter(user=user) if token.expiry is None or token.expiry > now]
    made = Event.objects.filter(subject_type="user", subject_id=str(user.pk), action="token_created")
    named = (entry for entry in made.values_list("after", flat=True) if entry and "token" in entry)
    names = {entry["token"]: entry["name"] for entry in named}
    return [
        TokenCard(
            id_of(t),
            names.get(str(id_of(t)), ""),
            t.created,
            t.expiry,
            current is not None and t.digest == current.digest,
        )
        for t in tokens
    ]


def latest_expiry(current: AuthToken | None) -> datetime | None:
    """Until when a new token may be good: the installation's limit, and not past the token that asks for it."""
    limits = [current.expiry] if current is not None and current.expiry is not None else []
    if knox_settings.TOKEN_TTL is not None:
        limits.append(timezone.now() + knox_settings.TOKEN_TTL)
    return min(limits, default=None)


@transaction.atomic
def create_own_token(user: User, name: str, expires_at: datetime | None, current: AuthToken | None) -> TokenCard:
    """Make a token for oneself; the log keeps its name. Raises :class:`Invalid` for a bad name or day."""
    limit = latest_expiry(current)
    errors: dict[str, list[str]] = {}
    if fault := text_fault(name):
        errors["name"] = [fault]
    if expires_at is not None and expires_at <= timezone.now():
        errors["expires_at"] = ["lies in the past"]
    elif expires_at is not None and limit is not None and expires_at > limit:
        errors["expires_at"] = [f"lies after {limit:%Y-%m-%dT%H:%M:%SZ}, the latest allowed"]
    if errors:
        raise Invalid(errors)
    return _issue(Reader(user=user), user, name, expires_at or limit)


@transaction.atomic
def create_token(reader: Reader, user: User, *, expires_in: timedelta | None = None) -> str:
    """A new API token for ``user``, shown this once: only its hash is kept.

    A null ``expires_in`` is the installation's default lifetime.
    """
    if reader.user != user:
        require_administrator(reader)
    expires_at = latest_expiry(None) if expires_in is None else timezone.now() + expires_in
    return _issue(reader, user, "", expires_at).token


def _issue(reader: Reader, user: User, name: str, expires_at: datetime | None) -> TokenCard:
    token, secret = AuthToken.objects.create(user=user, expiry=None)
    token.expiry = expires_at
    token.save(update_fields=["expiry"])
    after = {"token": str(id_of(token)), "name": name, "expires_at": token.expiry}
    record_event(actor=reader.user, action="token_created", subject=user, negotiation=None, after=after)
    return TokenCard(id_of(token), name, token.created, token.expiry, False, secret)


@transaction.atomic
def revoke_token(user: User, token_id: uuid.UUID) -> None:
    """Take a token away from its tools. Raises :class:`NotVisible` for one that is not the user's."""
    token = next((t for t in AuthToken.objects.filter(user=user) if id_of(t) == token_id), None)
    if token is None:
        raise NotVisible("No such token.")
    token.delete()
    record_event(actor=user, action="token_revoked", subject=user, negotiation=None, before={"token": str(token_id)})
