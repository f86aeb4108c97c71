"""Handling units, their people, and the staff of the commission."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.models.base import Named, code_check
from directory.models.places import Area


class DepartmentQuerySet(models.QuerySet["Department"]):
    def in_force(self, on: date) -> Self:
        """Units that exist on that day: `[active_from, active_until)`."""
        return self.filter(Q(active_from__lte=on) & (Q(active_until__isnull=True) | Q(active_until__gt=on)))

    def named(self, name: str) -> Self:
        """Units of this Chinese name or with it among their aliases."""
        return self.filter(Q(name=name) | Q(aliases__contains=[name]))


class Department(Named):
    """A handling unit (承办单位): a bureau, a sub-district's office, a company, a community's workstation."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", _("District bureau")
        PARTY = "party", _("Party organ")
        DISCIPLINE = "discipline", _("Discipline and supervision")
        MUNICIPAL = "municipal", _("Municipal agency in the district")
        SUBDISTRICT = "subdistrict", _("Sub-district office")
        ENFORCEMENT = "enforcement", _("Enforcement team")
        SERVICE_CENTRE = "service_centre", _("Municipal service centre")
        WORKSTATION = "workstation", _("Community workstation")
        ENTERPRISE = "enterprise", _("Public utility or company")

    area = models.ForeignKey(Area, models.PROTECT, related_name="departments", verbose_name=_("area"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    aliases = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("other spellings of its name"),
        default=list,
        blank=True,
    )
    active_from = models.DateField(_("first day"))
    active_until = models.DateField(_("first day after it was dissolved"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
    )

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            code_check("department_code_form"),
            models.UniqueConstraint(fields=["area", "name"], name="department_name_once_per_area"),
            models.CheckConstraint(
                name="department_kind_known",
                condition=Q(
                    kind__in=[
                        "bureau",
                        "party",
                        "discipline",
                        "municipal",
                        "subdistrict",
                        "enforcement",
                        "service_centre",
                        "workstation",
                        "enterprise",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="department_dates_in_order",
                condition=Q(active_until__isnull=True) | Q(active_from__lt=F("active_until")),
            ),
            models.CheckConstraint(
                name="department_not_its_own_successor",
                condition=Q(successor__isnull=True) | ~Q(successor=F("id")),
            ),
        ]

    def is_in_force(self, on: date) -> bool:
        return self.active_from <= on and (self.active_until is None or on < self.active_until)


class Membership(models.Model):
    """Who works in a unit: a handler works on orders, a head signs the reply."""

    class Role(models.TextChoices):
        HANDLER = "handler", _("Handler")
        HEAD = "head", _("Head")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    department = models.ForeignKey(Department, models.PROTECT, related_name="memberships", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=8, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "department"], name="membership_once"),
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=["handler", "head"])),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.department} · {self.get_role_display()}"


class Office(models.Model):
    """Staff of the commission by area: a dispatcher assigns and rules, a supervisor oversees."""

    class Role(models.TextChoices):
        DISPATCHER = "dispatcher", _("Dispatcher")
        SUPERVISOR = "supervisor", _("Supervisor")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="offices", verbose_name=_("user"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="offices", verbose_name=_("area"))
    role = models.CharField(_("role"), max_length=10, choices=Role)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "area", "role"], name="office_once"),
            models.CheckConstraint(name="office_role_known", condition=Q(role__in=["dispatcher", "supervisor"])),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.area} · {self.get_role_display()}"
