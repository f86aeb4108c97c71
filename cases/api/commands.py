"""Every move by name: what it takes. The page's forms ask for the same."""

from __future__ import annotations

from rest_framework import serializers

from accounts.strict import CleanCharField, StrictSerializer
from cases.lifecycle import Voters
from cases.models import Case
from deputies.models import Deputy
from directory.models import Area
from petitions.models import Petition
from stations.models import Reception


class NoInput(StrictSerializer):
    """No input."""


class NominateInput(StrictSerializer):
    petition = serializers.SlugRelatedField("reference", queryset=Petition.objects.published(), required=False)
    reception = serializers.PrimaryKeyRelatedField(queryset=Reception.objects.announced(), required=False)
    title = CleanCharField(max_length=120)
    problem = CleanCharField(multiline=True, max_length=4000)
    solution = CleanCharField(multiline=True, max_length=4000)
    deputies = serializers.SlugRelatedField("code", queryset=Deputy.objects.active(), many=True, required=False)


class ShortlistInput(StrictSerializer):
    cases = serializers.PrimaryKeyRelatedField(queryset=Case.objects.still_public(), many=True)


class RoundInput(StrictSerializer):
    title = CleanCharField(max_length=120)
    title_en = CleanCharField(max_length=200, required=False, allow_blank=True)
    area = serializers.SlugRelatedField("code", queryset=Area.objects.all())
    voters = serializers.ChoiceField(choices=Voters.choices)
    places = serializers.IntegerField(min_value=1, max_value=50, default=3)
    most = serializers.IntegerField(min_value=1, max_value=50, default=3)
    minimum = serializers.IntegerField(min_value=1, max_value=1_000_000, default=20)


COMMANDS: dict[str, type[StrictSerializer]] = {
    "nominate": NominateInput,
    "shortlist": ShortlistInput,
    "open_vote": NoInput,
    "code": NoInput,
    "announce": NoInput,
}
