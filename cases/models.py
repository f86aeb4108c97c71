"""Selections of outstanding cases, and the cases nominated. Written by actions only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ballots.models import Poll, said
from cases.access import taking_part
from cases.lifecycle import PUBLIC, CaseState, RoundState, Voters
from deputies.models import Deputy
from directory.models import Area
from petitions.lifecycle import Publication
from petitions.models import Petition
from stations.models import Reception


class RoundQuerySet(models.QuerySet["Round"]):
    def public(self) -> RoundQuerySet:
        """What everybody may read: from the opening of the vote on."""
        return self.filter(state__in=PUBLIC)

    def at_desk_of(self, user: Any) -> RoundQuerySet:
        """The rounds in which this user has a part."""
        return self.filter(taking_part(user))


class Round(models.Model):
    """One selection: who votes, on how many marks, and how many cases are honoured."""

    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True, default="")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("area"))
    state = models.CharField(_("state"), max_length=12, choices=RoundState.choices, default=RoundState.NOMINATING)
    state_since = models.DateTimeField()
    voters = models.CharField(_("who votes"), max_length=10, choices=Voters.choices)
    places = models.PositiveSmallIntegerField(_("cases honoured"), default=3)
    most = models.PositiveSmallIntegerField(_("marks on a ballot paper"), default=3)
    minimum = models.PositiveIntegerField(_("votes needed"), default=20)
    poll = models.OneToOneField(Poll, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField(null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("selection of cases")
        verbose_name_plural = _("selections of cases")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="case_round_places", condition=Q(places__range=(1, 50), most__range=(1, 50))),
            models.CheckConstraint(
                name="case_round_vote_has_poll",
                condition=Q(state__in=["nominating", "shortlisted"]) | Q(poll__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The title in the language now active."""
        return said(self.title, self.title_en)

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.state in PUBLIC


class CaseQuerySet(models.QuerySet["Case"]):
    def still_public(self) -> CaseQuerySet:
        """Those whose petition is still published: withdrawn consent takes the case back as well (PIPL art 15)."""
        published = Q(petition__publication=Publication.PUBLISHED, petition__restricted=False)
        return self.filter(Q(petition=None) | published)

    def honoured(self) -> CaseQuerySet:
        """Honoured ones that everybody may read."""
        return self.still_public().filter(state=CaseState.HONOURED)

    def on_ballot(self) -> CaseQuerySet:
        """Those that were or are voted on."""
        return self.still_public().filter(state__in=[CaseState.SHORTLISTED, CaseState.HONOURED])


class Case(models.Model):
    """A solved matter that was nominated: a published, concluded petition, or a reception that was held."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="cases", db_index=False)
    petition = models.ForeignKey(Petition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reception = models.ForeignKey(Reception, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    problem = models.TextField(_("what the problem was"))
    solution = models.TextField(_("how it was solved"))
    deputies = models.ManyToManyField(Deputy, related_name="+", verbose_name=_("deputies"))
    state = models.CharField(_("state"), max_length=12, choices=CaseState.choices, default=CaseState.NOMINATED)
    nominated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField()
    honoured_at = models.DateTimeField(null=True, blank=True)
    votes = models.PositiveIntegerField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = [F("votes").desc(nulls_last=True), "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "petition"], name="case_petition_once"),
            models.UniqueConstraint(fields=["round", "reception"], name="case_reception_once"),
            models.CheckConstraint(
                name="case_of_one",
                condition=Q(petition=None, reception__isnull=False) | Q(petition__isnull=False, reception=None),
            ),
        ]
        indexes = [
            models.Index(fields=["-honoured_at", "-id"], condition=Q(honoured_at__isnull=False), name="case_honoured")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def code(self) -> str:
        """Its code on the ballot paper."""
        return f"case-{self.pk}"
