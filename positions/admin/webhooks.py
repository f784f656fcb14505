"""What was sent to webhooks: to look at, and to send again. Each sees their own, administrators all."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from positions.models import Webhook, WebhookDelivery
from positions.services.webhooks import replay


class OwnAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows of the user's own webhooks."""

    owner_path = "owner"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(**{self.owner_path: request.user})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Webhook)
class WebhookAdmin(OwnAdmin):
    """Addresses that hear of changes; they are written over the API."""

    list_display = ("url", "description", "owner", "is_enabled", "disabled_reason", "created_at")
    list_filter = ("is_enabled",)
    search_fields = ("url", "description", "owner__username")
    list_select_related = ("owner",)
    fields = ("url", "description", "owner", "kinds", "is_enabled", "disabled_at", "disabled_reason", "created_at")
    readonly_fields = fields


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(OwnAdmin):
    """The log of deliveries."""

    owner_path = "webhook__owner"
    list_display = (
        "created_at",
        "webhook",
        "type",
        "state",
        "attempts",
        "last_status",
        "last_error",
        "next_attempt_at",
    )
    list_filter = ("state", "type")
    search_fields = ("webhook__url", "webhook__description", "type", "last_error")
    list_select_related = ("webhook",)
    fields = (
        "id", "webhook", "type", "state", "attempts", "created_at", "last_attempt_at", "last_status", "last_error",
        "next_attempt_at",
    )  # fmt: skip
    readonly_fields = fields
    actions = ["send_again"]

    @admin.action(description=gettext_lazy("Send again"), permissions=["view"])
    def send_again(self, request: HttpRequest, deliveries: QuerySet[WebhookDelivery]) -> None:
        """Put the chosen messages back to be sent, each under the id it had."""
        count = sum(replay(each.webhook, delivery=each) for each in deliveries)
        said = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)
