"""Deliveries to look at; what may be done with them is in the API."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from notifications.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(ModelAdmin):
    """Without text, number or recipient: an administrator mends the sending and reads nobody's post."""

    list_display = ("id", "event", "channel", "state", "attempts", "error", "created_at", "sent_at")
    list_filter = ("channel", "state")
    fields = (
        "event",
        "channel",
        "language",
        "state",
        "attempts",
        "next_attempt_at",
        "error",
        "created_at",
        "sent_at",
    )
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Deliveries come from events."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        """Only actions write."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        """Only actions write."""
        return False
