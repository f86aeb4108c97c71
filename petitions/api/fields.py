"""Serializer fields that turn codes into rows of the directory, with a sentence when there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.strict import CleanCharField
from deputies.models import Deputy
from directory import queries
from directory.models import Membership
from petitions.models import Petition
from petitions.references import normalise
from stations.models import Station


class CodeField(CleanCharField):
    """A code in, a row out. Subclasses say how to find it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 32, **kwargs})

    def find(self, code: str) -> Model | None:
        """Return the row of this code, or None."""
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        found = self.find(super().to_internal_value(data))
        if found is None:
            raise serializers.ValidationError(_("There is nothing with this code. The lists are under public/."))
        return found

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return value or None  # an empty code is no code

    def to_representation(self, value: Any) -> str:
        return str(value.code)


def code_field(name: str, find: Callable[[str], Any]) -> type[CodeField]:
    """Return a field class for codes that `find` looks up."""
    return extend_schema_field({"type": "string", "maxLength": 32})(
        type(name, (CodeField,), {"find": lambda self, code: find(code)})
    )


CategoryField = code_field("CategoryField", queries.category_by_code)
AreaField = code_field("AreaField", queries.area_by_code)
UnitField = code_field("UnitField", queries.department_by_code)
StationField = code_field(
    "StationField", lambda code: Station.objects.open().select_related("area").filter(code=code).first()
)
DeputyField = code_field("DeputyField", lambda code: Deputy.objects.active().filter(code=code).first())


class UnitListField(serializers.ListField):
    """A list of unit codes."""

    child = UnitField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 10, **kwargs})


@extend_schema_field({"type": "string", "maxLength": 20})
class PetitionField(CleanCharField):
    """A reference in, a petition out, if the caller may read it."""

    def to_internal_value(self, data: Any) -> Any:
        reference = normalise(super().to_internal_value(data))
        visible = Petition.objects.visible_to(self.context["request"].user)
        found = visible.filter(reference=reference).defer("search").first() if reference else None
        if found is None:
            raise serializers.ValidationError(_("There is no petition with this reference."))
        return found


@extend_schema_field({"type": "string", "maxLength": 150})
class ColleagueField(CleanCharField):
    """A user name in, a user out, if the two share a unit."""

    def to_internal_value(self, data: Any) -> Any:
        units = Membership.objects.filter(user=self.context["request"].user).values("department")
        found = User.objects.filter(
            username=super().to_internal_value(data), is_active=True, memberships__department__in=units
        ).first()
        if found is None:
            raise serializers.ValidationError(_("There is no colleague with this user name."))
        return found
