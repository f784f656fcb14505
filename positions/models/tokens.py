"""What is kept of an API token beside its hash."""

from __future__ import annotations

from django.db import models
from knox.models import AuthToken

from positions.enums import TokenScope
from positions.models.base import choice_constraint
from positions.validators import validate_plain_text


class TokenTerms(models.Model):
    """What a token is for, what it may do and when it was last used; gone with the token itself."""

    token = models.OneToOneField(AuthToken, on_delete=models.CASCADE, primary_key=True, related_name="terms")
    name = models.CharField(max_length=100, blank=True, validators=[validate_plain_text])
    scope = models.CharField(max_length=5, choices=TokenScope.choices, default=TokenScope.READ)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "token terms"
        constraints = [choice_constraint("scope", TokenScope, "token_scope_known")]

    def __str__(self) -> str:
        return self.name or "unnamed token"
