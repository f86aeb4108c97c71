"""Every move by name: what it takes. The page's forms ask for the same."""

from __future__ import annotations

from rest_framework import serializers

from accounts.strict import CleanCharField, StrictSerializer
from appraisals.forms import LONGEST
from deputies.models import Deputy
from stations.models import Station


class NothingMore(StrictSerializer):
    """No input."""


class ReportText(StrictSerializer):
    text = CleanCharField(multiline=True, max_length=LONGEST)


class ReportReason(StrictSerializer):
    reason = CleanCharField(multiline=True, max_length=2000)


class ReportMeeting(StrictSerializer):
    meeting_at = serializers.DateTimeField()
    place = CleanCharField(max_length=200)
    station = serializers.SlugRelatedField("code", queryset=Station.objects.open(), required=False)


class ReportCodes(StrictSerializer):
    number = serializers.IntegerField(min_value=1, max_value=2000)


class ReportInvitation(StrictSerializer):
    phones = serializers.ListField(child=CleanCharField(max_length=40), min_length=1, max_length=1000)


class ReportStart(StrictSerializer):
    deputy = serializers.SlugRelatedField("code", queryset=Deputy.objects.active())
    year = serializers.IntegerField(min_value=1950, max_value=2200)


COMMANDS: dict[str, type[StrictSerializer]] = {
    "edit": ReportText,
    "redraft": NothingMore,
    "hand_in": NothingMore,
    "send_back": ReportReason,
    "publish": NothingMore,
    "convene": ReportMeeting,
    "issue_codes": ReportCodes,
    "invite": ReportInvitation,
    "open_vote": NothingMore,
    "announce": NothingMore,
}
