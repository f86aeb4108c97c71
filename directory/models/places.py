"""Administrative divisions."""

from __future__ import annotations

from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.models.base import Tree, code_check, path_check, path_index


class AreaQuerySet(models.QuerySet["Area"]):
    def under(self, area: Area) -> Self:
        """The area itself and everything below it: one prefix scan of the path index."""
        return self.filter(path__startswith=area.path)


class Area(Tree):
    """An administrative division with its official code."""

    class Level(models.TextChoices):
        CITY = "city", _("City")
        DISTRICT = "district", _("District")
        SUBDISTRICT = "subdistrict", _("Sub-district")
        COMMUNITY = "community", _("Community")

    level = models.CharField(_("level"), max_length=12, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    position_is_approximate = models.BooleanField(_("position is approximate"), default=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering: ClassVar = ["path"]
        indexes: ClassVar = [path_index("area_path_prefix")]
        constraints: ClassVar = [
            code_check("area_code_form"),
            path_check("area_path_ends_with_code"),
            models.UniqueConstraint(fields=["parent", "name"], name="area_name_once_per_parent", nulls_distinct=False),
            models.CheckConstraint(
                name="area_level_known",
                condition=Q(level__in=["city", "district", "subdistrict", "community"]),
            ),
            models.CheckConstraint(
                name="area_position_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                # A comparison with NULL is unknown, and unknown passes a CHECK.
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
            models.CheckConstraint(
                name="area_not_its_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))
            ),
        ]
