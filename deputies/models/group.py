"""Groups of deputies: by profession (专业代表小组) or by place (代表小组)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from deputies.models.deputy import Deputy
from directory.models import Area
from directory.models.base import Named, code_check


class GroupKind(models.TextChoices):
    SPECIALIST = "specialist", _("Specialised group")
    LOCAL = "local", _("Deputies' group of a place")


class DeputyGroup(Named):
    """Some deputies who work together, and who convenes them."""

    kind = models.CharField(_("kind"), max_length=12, choices=GroupKind.choices, default=GroupKind.SPECIALIST)
    profession = models.CharField(_("field of work"), max_length=60, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="deputy_groups", verbose_name=_("area"))
    convener = models.ForeignKey(
        Deputy, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("convener")
    )
    members = models.ManyToManyField(Deputy, blank=True, related_name="groups", verbose_name=_("members"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("deputies' group")
        verbose_name_plural = _("deputies' groups")
        ordering = ["code"]
        constraints = [code_check("deputy_group_code_form")]
