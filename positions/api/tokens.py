"""``tokens/`` and ``me/``: the user who asks, and the tokens their tools use."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from knox.settings import knox_settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from positions.api.authentication import SignedIn
from positions.api.paging import PAGING, PagedAnswer, page_of_list
from positions.api.parameters import Ordering, Parameter, Refused, fields_of, ordering, read_uuid
from positions.api.serializers.accounts import MeSerializer, NewTokenSerializer, TokenRequestSerializer, TokenSerializer
from positions.api.serializers.fields import field_names
from positions.api.views import ApiView
from positions.exceptions import Invalid, NotVisible
from positions.models import Event, Member
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
def create_token(user: User, name: str, expires_at: datetime | None, current: AuthToken | None) -> TokenCard:
    """Make a token; the log keeps its name. Raises :class:`Invalid` for a bad name or day."""
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
    token, secret = AuthToken.objects.create(user=user, expiry=None)
    token.expiry = expires_at or limit
    token.save(update_fields=["expiry"])
    after = {"token": str(id_of(token)), "name": name, "expires_at": token.expiry}
    record_event(actor=user, action="token_created", subject=user, negotiation=None, after=after)
    return TokenCard(id_of(token), name, token.created, token.expiry, False, secret)


@transaction.atomic
def revoke_token(user: User, token_id: uuid.UUID) -> None:
    """Take a token away from its tools. Raises :class:`NotVisible` for one that is not the user's."""
    token = next((t for t in AuthToken.objects.filter(user=user) if id_of(t) == token_id), None)
    if token is None:
        raise NotVisible("No such token.")
    token.delete()
    record_event(actor=user, action="token_revoked", subject=user, negotiation=None, before={"token": str(token_id)})


class TokenView(ViewSetMixin, ApiView):
    """One's own tokens."""

    permission_classes = [SignedIn]
    is_open = False
    serializer_class = TokenSerializer
    pagination_class = PagedAnswer
    ordering: Ordering = ordering("-created_at", created_at="created_at", expires_at="expires_at", name="name")

    def asked_parameters(self) -> tuple[Parameter, ...]:
        if self.action == "list":
            return (self.ordering, fields_of(field_names(TokenSerializer)), *PAGING)
        return (fields_of(field_names(TokenSerializer)),) if self.action == "retrieve" else ()

    def refusals(self, method: str) -> tuple[int, ...]:
        return (*super().refusals(method), *((415,) if method == "POST" else ()))

    @property
    def user(self) -> User:
        user = self.request.user
        assert isinstance(user, User)
        return user

    @property
    def current(self) -> AuthToken | None:
        """The token this request came with, if it came with one."""
        return self.request.auth if isinstance(self.request.auth, AuthToken) else None

    def list(self, request: Request) -> Response:
        terms = [*self.ordering.terms(self.question), ("id", False)]
        page = page_of_list("token", cards_of(self.user, self.current), terms, self.question)
        return self.paged(page, TokenSerializer, {"reader": self.reader})

    def retrieve(self, request: Request, id: str) -> Response:
        question, wanted = self.question, self.read_id(id)
        card = next((card for card in cards_of(self.user, self.current) if card.id == wanted), None)
        if card is None:
            raise NotVisible("No such token.")
        return Response(TokenSerializer(card, only=question["fields"]).data)

    @extend_schema(request=TokenRequestSerializer, responses={201: NewTokenSerializer})
    def create(self, request: Request) -> Response:
        """Make a token. Its secret is in this answer and nowhere else."""
        assert not self.question.values
        asked = TokenRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        card = create_token(
            self.user, asked.validated_data["name"], asked.validated_data.get("expires_at"), self.current
        )
        return Response(NewTokenSerializer(card).data, status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: str) -> Response:
        """Revoke a token, at once and for good."""
        assert not self.question.values
        revoke_token(self.user, self.read_id(id))
        return Response(status=204)

    def read_id(self, raw: str) -> uuid.UUID:
        try:
            return read_uuid(raw)
        except Refused:
            raise NotVisible("No such token.") from None


class MeView(ApiView):
    """Who asks, and their roles."""

    permission_classes = [SignedIn]
    is_open = False
    serializer_class = MeSerializer

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return (fields_of(field_names(MeSerializer)),)

    def refusals(self, method: str) -> tuple[int, ...]:
        return (400, 401, 406, 429)

    def get(self, request: Request) -> Response:
        question = self.question
        memberships = Member.objects.select_related("negotiation").order_by("negotiation__slug")
        user = User.objects.prefetch_related(Prefetch("negotiation_memberships", memberships)).get(
            username=self.request.user.get_username()
        )
        return Response(MeSerializer(user, only=question["fields"]).data)
