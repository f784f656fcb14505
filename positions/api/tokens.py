"""``tokens/`` and ``me/``: the user who asks, and the tokens their tools use."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import User
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from positions.api.authentication import SignedIn, token_scope
from positions.api.paging import PAGING, PagedAnswer, page_of_list
from positions.api.parameters import Ordering, Parameter, Refused, fields_of, ordering, read_uuid
from positions.api.serializers.accounts import MeSerializer, NewTokenSerializer, TokenRequestSerializer, TokenSerializer
from positions.api.serializers.fields import field_names
from positions.api.views import ApiView
from positions.enums import TokenScope
from positions.exceptions import NotVisible
from positions.models import Member
from positions.services.tokens import cards_of, create_own_token, revoke_token


class TokenView(ViewSetMixin, ApiView):
    """One's own tokens."""

    permission_classes = [SignedIn]
    is_open = False
    secret_actions = ("create",)
    serializer_class = TokenSerializer
    pagination_class = PagedAnswer
    ordering: Ordering = ordering(
        "-created_at", created_at="created_at", expires_at="expires_at", last_used_at="last_used_at", name="name"
    )

    def asked_parameters(self) -> tuple[Parameter, ...]:
        if self.action == "list":
            return (self.ordering, fields_of(field_names(TokenSerializer)), *PAGING)
        return (fields_of(field_names(TokenSerializer)),) if self.action == "retrieve" else ()

    def refusals(self, method: str) -> tuple[int, ...]:
        written: dict[str, tuple[int, ...]] = {"POST": (403, 409, 413, 415, 422), "DELETE": (403,)}
        return (*super().refusals(method), *written.get(method, ()))

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
        wanted = asked.validated_data
        card = create_own_token(self.user, wanted["name"], wanted["scope"], wanted.get("expires_at"), self.current)
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
        scope = token_scope(request) or TokenScope.WRITE
        return Response(MeSerializer(user, context={"scope": scope}, only=question["fields"]).data)
