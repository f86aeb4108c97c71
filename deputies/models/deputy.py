"""Deputies to the people's congresses."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from directory.models import Area


class DeputyLevel(models.TextChoices):
    """The five levels of people's congresses (Organic Law; Deputies Law 2025 art 2)."""

    NATIONAL = "national", _("National People's Congress")
    PROVINCIAL = "provincial", _("Provincial people's congress")
    MUNICIPAL = "municipal", _("Municipal people's congress")
    COUNTY = "county", _("County or district people's congress")
    TOWNSHIP = "township", _("Township people's congress")


class DeputyQuerySet(models.QuerySet["Deputy"]):
    def active(self) -> DeputyQuerySet:
        """Deputies now in their term."""
        return self.filter(is_active=True)


class Deputy(models.Model):
    """A deputy. A deputy raises and supervises, and never assigns or answers (Deputies Law 2025 art 31, 59).

    Nothing here tells how to reach the person: residents write through the portal.
    """

    code = models.CharField(_("code"), max_length=32, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="deputy"
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=DeputyLevel.choices)
    term = models.PositiveSmallIntegerField(_("term of the congress"))
    electoral_district = models.CharField(_("electoral district or electing unit"), max_length=100, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="deputies", verbose_name=_("area"))
    profession = models.CharField(_("profession"), max_length=60, blank=True, default="", db_default="")
    introduction = models.TextField(_("introduction, for the public page"), blank=True, default="", db_default="")
    photo = models.FileField(_("photo"), max_length=200, upload_to="deputies/", blank=True, default="", db_default="")
    is_active = models.BooleanField(_("in office"), default=True)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        ordering = ["code"]
        indexes = [models.Index(fields=["area", "is_active"], name="deputy_by_area")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language now active."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name
