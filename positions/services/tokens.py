"""API tokens: made, listed, used and revoked; only their hashes are kept."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext
from knox.models import AuthToken
from knox.settings import knox_settings

from positions.db import engine_for
from positions.enums import TokenScope
from positions.exceptions import Invalid, NotVisible
from positions.models import TokenTerms
from positions.queries.access import Reader
from positions.services.access import require_administrator
from positions.services.events import record_event
from positions.services.fields import field_errors

TOKEN_NAMESPACE = uuid.UUID("5b0f4a3e-6c0a-4b7e-9d0e-3f2f1f0f7c11")
# A busy tool would else write with every read.
USE_NOTED_EVERY = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TokenCard:
    """A token as its owner sees it. The secret is known only at the moment it is made."""

    id: uuid.UUID
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    is_current: bool
    token: str = ""


def id_of(token: AuthToken) -> uuid.UUID:
    """An id for addresses: made from the stored hash, which it does not give away."""
    return uuid.uuid5(TOKEN_NAMESPACE, token.digest)


def cards_of(user: User, current: AuthToken | None) -> list[TokenCard]:
    """The user's tokens that are still good."""
    now = timezone.now()
    tokens = AuthToken.objects.filter(user=user).select_related("terms")
    return [_card_of(token, current) for token in tokens if token.expiry is None or token.expiry > now]


def _card_of(token: AuthToken, current: AuthToken | None, secret: str = "") -> TokenCard:
    terms: TokenTerms | None = getattr(token, "terms", None)
    return TokenCard(
        id=id_of(token),
        name=terms.name if terms else "",
        scope=terms.scope if terms else TokenScope.READ,
        created_at=token.created,
        expires_at=token.expiry,
        last_used_at=terms.last_used_at if terms else None,
        is_current=current is not None and token.digest == current.digest,
        token=secret,
    )


def use_token(token: AuthToken) -> TokenScope:
    """What the token that came with a request may do; notes its use, to the minute.

    A token of which nothing is kept but the hash only reads. A note that cannot be written never
    breaks the request, and one that would have to wait, for an import to end, is not written.
    """
    terms = TokenTerms.objects.filter(pk=token.pk).first()
    if terms is None:
        return TokenScope.READ
    now = timezone.now()
    if terms.last_used_at is None or terms.last_used_at <= now - USE_NOTED_EVERY:
        try:
            with engine_for(connection.vendor).without_waiting(connection), transaction.atomic():
                free = TokenTerms.objects.select_for_update(skip_locked=True).filter(pk=terms.pk)
                TokenTerms.objects.filter(pk__in=free.values("pk")).update(last_used_at=now)
        except DatabaseError:
            logger.exception("the use of a token of %s could not be noted", token.user_id)
    return TokenScope(terms.scope)


def latest_expiry(current: AuthToken | None) -> datetime | None:
    """Until when a new token may be good: the installation's limit, and not past the token that asks for it."""
    limits = [current.expiry] if current is not None and current.expiry is not None else []
    if knox_settings.TOKEN_TTL is not None:
        limits.append(timezone.now() + knox_settings.TOKEN_TTL)
    return min(limits, default=None)


@transaction.atomic
def create_own_token(
    user: User, name: str, scope: str, expires_at: datetime | None, current: AuthToken | None
) -> TokenCard:
    """Make a token for oneself. Raises :class:`Invalid` for a bad name, scope or day."""
    limit = latest_expiry(current)
    errors = field_errors(TokenTerms(name=name, scope=scope))
    if not name.strip():
        errors["name"] = ["say what it is for, in a few words"]
    if expires_at is not None and expires_at <= timezone.now():
        errors["expires_at"] = ["lies in the past"]
    elif expires_at is not None and limit is not None and expires_at > limit:
        errors["expires_at"] = [f"lies after {limit:%Y-%m-%dT%H:%M:%SZ}, the latest allowed"]
    if errors:
        raise Invalid(errors)
    return _issue(Reader(user=user), user, name, scope, expires_at or limit)


@transaction.atomic
def create_token(
    reader: Reader, user: User, *, scope: str = TokenScope.WRITE, expires_in: timedelta | None = None
) -> str:
    """A new API token for ``user``, shown this once: only its hash is kept.

    A null ``expires_in`` is the installation's default lifetime.
    """
    if reader.user != user:
        require_administrator(reader)
    expires_at = latest_expiry(None) if expires_in is None else timezone.now() + expires_in
    return _issue(reader, user, "", scope, expires_at).token


def _issue(reader: Reader, user: User, name: str, scope: str, expires_at: datetime | None) -> TokenCard:
    token, secret = AuthToken.objects.create(user=user, expiry=None)
    token.expiry = expires_at
    token.save(update_fields=["expiry"])
    token.terms = TokenTerms.objects.create(token=token, name=name, scope=scope)
    after = {"token": str(id_of(token)), "name": name, "scope": scope, "expires_at": token.expiry}
    record_event(actor=reader.user, action="token_created", subject=user, negotiation=None, after=after)
    return _card_of(token, None, secret)


@transaction.atomic
def revoke_token(user: User, token_id: uuid.UUID) -> None:
    """Take a token away from its tools. Raises :class:`NotVisible` for one that is not the user's."""
    token = next((t for t in AuthToken.objects.filter(user=user) if id_of(t) == token_id), None)
    if token is None:
        raise NotVisible(gettext("No such token."))
    token.delete()
    record_event(actor=user, action="token_revoked", subject=user, negotiation=None, before={"token": str(token_id)})
