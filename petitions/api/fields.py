"""Serializer fields that turn codes into rows of the directory, with a sentence when there is none."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.strict import CleanCharField
from deputies.models import Deputy
from directory import queries
from directory.models import Membership
from petitions.models import Petition
from petitions.references import normalise
from stations.models import OpinionCode, Station


class LookUpField(serializers.Field):
    """A short text in, a row out. Subclasses say how to find it and what to say when there is none."""

    longest = 32
    sentence = gettext_lazy("There is nothing with this code. The lists are under public/.")

    def find(self, text: str) -> Any:
        """Return the row that `text` names, or None."""
        raise NotImplementedError

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Return the row; an empty text is the same as leaving the field out, where that is allowed."""
        if data == "" and not self.required:
            data = None if self.allow_null else serializers.empty
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        text = CleanCharField(max_length=self.longest).run_validation(data)
        found = self.find(text)
        if found is None:
            raise serializers.ValidationError(self.sentence)
        return found

    def to_representation(self, value: Any) -> str:
        return str(value.code)


def code_field(name: str, find: Callable[[str], Any]) -> type[LookUpField]:
    """Return a field class for codes that `find` looks up."""
    return extend_schema_field({"type": "string", "maxLength": 32})(
        type(name, (LookUpField,), {"find": lambda self, code: find(code)})
    )


CategoryField = code_field("CategoryField", queries.category_by_code)
AreaField = code_field("AreaField", queries.area_by_code)
UnitField = code_field("UnitField", queries.department_by_code)
StationField = code_field(
    "StationField", lambda code: Station.objects.open().select_related("area").filter(code=code).first()
)
OpinionCodeField = code_field("OpinionCodeField", lambda code: OpinionCode.objects.filter(code=code).first())
DeputyField = code_field("DeputyField", lambda code: Deputy.objects.active().filter(code=code).first())


class DegreesField(serializers.DecimalField):
    """Degrees from -`limit` to `limit`; telephones send fourteen decimals, six of them are a hand's breadth."""

    def __init__(self, *, limit: int, **kwargs: Any) -> None:
        super().__init__(max_digits=None, decimal_places=6, min_value=-limit, max_value=limit, **kwargs)
        self.limit = limit

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)

    def validate_precision(self, value: Decimal) -> Decimal:
        """Return the value, which `quantize` rounds: it cannot round what is far outside the range."""
        if abs(value) > self.limit:
            side = "max_value" if value > 0 else "min_value"
            self.fail(side, **{side: self.limit if value > 0 else -self.limit})
        return value


class UnitListField(serializers.ListField):
    """A list of unit codes."""

    child = UnitField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 10, **kwargs})


@extend_schema_field({"type": "string", "maxLength": 20})
class PetitionField(LookUpField):
    """A reference in, a petition out, if the caller may read it."""

    longest = 20
    sentence = gettext_lazy("There is no petition with this reference.")

    def find(self, text: str) -> Petition | None:
        """Return the visible petition of this reference."""
        visible = Petition.objects.visible_to(self.context["request"].user)
        return visible.filter(reference=normalise(text) or "").defer("search").first()


@extend_schema_field({"type": "string", "maxLength": 150})
class ColleagueField(LookUpField):
    """A user name in, a user out, if the two share a unit."""

    longest = 150
    sentence = gettext_lazy("There is no colleague with this user name.")

    def find(self, text: str) -> User | None:
        """Return the colleague of this user name."""
        units = Membership.objects.filter(user=self.context["request"].user).values("department")
        return User.objects.filter(username=text, is_active=True, memberships__department__in=units).first()
