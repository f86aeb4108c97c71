"""What a petition is about."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.models.base import Tree, code_check, path_check, path_index


class CategoryQuerySet(models.QuerySet["Category"]):
    def under(self, category: Category) -> Self:
        """The category itself and everything below it."""
        return self.filter(path__startswith=category.path)

    def active(self) -> Self:
        return self.filter(is_active=True)


class Category(Tree):
    """What a petition is about. `restricted`: accusations that deputies and handling units may not read."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    keywords = ArrayField(
        models.CharField(max_length=50),
        verbose_name=_("words that residents use for it"),
        default=list,
        blank=True,
    )
    restricted = models.BooleanField(
        _("restricted"),
        default=False,
        help_text=_("Accusation material must never reach the accused: it takes a route of its own."),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering: ClassVar = ["path"]
        indexes: ClassVar = [path_index("category_path_prefix")]
        constraints: ClassVar = [
            code_check("category_code_form"),
            path_check("category_path_ends_with_code"),
            models.UniqueConstraint(
                fields=["parent", "name"], name="category_name_once_per_parent", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="category_not_its_own_parent", condition=Q(parent__isnull=True) | ~Q(parent=F("id"))
            ),
        ]
