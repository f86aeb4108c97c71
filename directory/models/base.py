"""What the master data have in common: names in two languages, trees that carry their path."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"
CODE_LENGTH = 32


def code_check(name: str) -> models.CheckConstraint:
    """A code never holds the path's dot nor a LIKE wildcard that would matter in a prefix."""
    return models.CheckConstraint(name=name, condition=Q(code__regex=CODE_PATTERN))


def path_check(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(path__endswith=Concat(F("code"), Value("."))))


def path_index(name: str) -> models.Index:
    return models.Index(fields=["path"], name=name, opclasses=["text_pattern_ops"])


class Named(models.Model):
    """Something with an official Chinese name and an English one."""

    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True)
    name = models.CharField(_("name in Chinese"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language now active; Chinese where no English name was given."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


class Tree(Named):
    """A node that knows its way from the root: `path` = "440300.440310.", the node's own code last."""

    path = models.TextField(_("path"), editable=False)

    class Meta:
        abstract = True

    def lineage(self) -> list[str]:
        """Codes from the root down to this node, itself included."""
        return self.path.rstrip(".").split(".")

    def ancestors_codes(self) -> list[str]:
        """Codes from the root down to the parent, itself left out."""
        return self.lineage()[:-1]

    @property
    def depth(self) -> int:
        """0 for a root."""
        return self.path.count(".") - 1
