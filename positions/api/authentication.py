"""Who asks: a bearer token, or the session of a browser."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from positions.enums import TokenScope
from positions.services.tokens import use_token

TOKEN = re.compile(rb"[A-Za-z0-9_-]{16,200}")


class BearerAuthentication(TokenAuthentication):  # type: ignore[misc]
    """``Authorization: Bearer <token>``. What no token can look like is refused before any look-up."""

    def authenticate_credentials(self, token: bytes) -> Any:
        if not TOKEN.fullmatch(token):
            raise AuthenticationFailed("This token is not valid; it may have expired or been revoked.")
        user, found = super().authenticate_credentials(token)
        found.scope = use_token(found)
        return user, found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def token_scope(request: Request) -> TokenScope | None:
    """What the token that the request came with may do; null where it came with none."""
    return getattr(request.auth, "scope", None)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token in the OpenAPI document."""

    target_class = "positions.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from `POST /api/v1/tokens/` or `manage.py create_token`.",
        }


class ReadOnlyUnlessSignedIn(BasePermission):
    """Anybody may ask; only somebody signed in may try to change anything."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or request.user.is_authenticated


class SignedIn(BasePermission):
    """For what belongs to a user: tokens, jobs, the log, the user themself."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method == "OPTIONS" or request.user.is_authenticated
