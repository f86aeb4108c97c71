"""The shape of messages in the API."""

from rest_framework import serializers

from notifications.models import Delivery
from notifications.reasons import sentence


class InboxSerializer(serializers.ModelSerializer[Delivery]):
    """A message in its reader's inbox."""

    class Meta:
        model = Delivery
        fields = ("id", "event", "subject", "body", "url", "language", "created_at", "read_at")
        read_only_fields = fields


class FailedDeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A message that could not be sent, without text and recipient: staff mend the sending."""

    channel_label = serializers.CharField(source="get_channel_display", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    error_label = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = (
            "id",
            "event",
            "channel",
            "channel_label",
            "state",
            "state_label",
            "attempts",
            "error",
            "error_label",
            "created_at",
        )
        read_only_fields = fields

    def get_error_label(self, delivery: Delivery) -> str:
        """The reason in words."""
        return sentence(delivery.error)
