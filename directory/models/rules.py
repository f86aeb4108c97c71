"""The responsibility list: category × area → lead unit and co-units."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.models.matters import Category
from directory.models.places import Area
from directory.models.units import Department


class ResponsibilityQuerySet(models.QuerySet["Responsibility"]):
    def in_force(self, on: date) -> Self:
        """Rules valid on that day whose lead unit exists on it."""
        return self.filter(
            Q(valid_from__lte=on),
            Q(valid_until__isnull=True) | Q(valid_until__gt=on),
            Q(lead__active_from__lte=on),
            Q(lead__active_until__isnull=True) | Q(lead__active_until__gt=on),
        )


class Responsibility(models.Model):
    """One line of the responsibility list (职责清单): this category in this area is led by that unit.

    It holds for everything below its category and area; the most specific line wins, then the higher
    `priority`, then the higher `weight` (how many past matters speak for it).
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="responsibilities", verbose_name=_("category"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="responsibilities", verbose_name=_("area"))
    lead = models.ForeignKey(Department, models.PROTECT, related_name="leads", verbose_name=_("lead handling unit"))
    co_units = models.ManyToManyField(
        Department,
        through="CoUnit",
        related_name="co_handles",
        blank=True,
        verbose_name=_("co-handling units"),
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("first day no longer valid"), null=True, blank=True)
    priority = models.SmallIntegerField(_("priority"), default=0, help_text=_("The higher wins."))
    weight = models.PositiveIntegerField(
        _("weight"), default=0, help_text=_("How many past matters speak for this line.")
    )

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering: ClassVar = ["category__path", "area__path", "-priority", "-weight"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["category", "area", "lead", "valid_from"], name="responsibility_once"),
            models.CheckConstraint(
                name="responsibility_dates_in_order",
                condition=Q(valid_until__isnull=True) | Q(valid_from__lt=F("valid_until")),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="lead_is_no_co_unit",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("lead_id"),
                func=(
                    "IF EXISTS (SELECT 1 FROM directory_counit c WHERE c.responsibility_id = NEW.id"
                    " AND c.department_id = NEW.lead_id) THEN RAISE EXCEPTION"
                    " 'the lead unit is also a co-unit' USING ERRCODE = 'check_violation';"
                    " END IF; RETURN NEW;"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.category} · {self.area} → {self.lead}"

    def is_in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


class CoUnit(models.Model):
    """A unit that helps the lead (协办). Never the lead itself, which a trigger sees to."""

    responsibility = models.ForeignKey(Responsibility, models.CASCADE, verbose_name=_("responsibility"))
    department = models.ForeignKey(Department, models.PROTECT, verbose_name=_("unit"))

    class Meta:
        verbose_name = _("co-handling unit")
        verbose_name_plural = _("co-handling units")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["responsibility", "department"], name="co_unit_once"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="co_unit_is_not_lead",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=(
                    "IF EXISTS (SELECT 1 FROM directory_responsibility r WHERE r.id = NEW.responsibility_id"
                    " AND r.lead_id = NEW.department_id) THEN RAISE EXCEPTION"
                    " 'the lead unit is also a co-unit' USING ERRCODE = 'check_violation';"
                    " END IF; RETURN NEW;"
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.department)
