"""Secret ballots: a poll, the codes that open it, who has taken part, and the sealed urn. Why so: ADR 20.

No row is ever written for one vote. The urn holds the sums alone, encrypted anew with each vote, so that neither its
content nor its order, its row version or its length tells what was put in last. Taking part is recorded in a table of
its own that knows a code's hash and nothing else. A ballot knows neither deputies nor projects: `subject_type` and
`subject_id` name what it is about, as in the journal.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class PollState(models.TextChoices):
    PREPARING = "preparing", _("Not open yet")
    OPEN = "open", _("Open")
    COUNTED = "counted", _("Counted")
    VOID = "void", _("Void: too few votes")


class Poll(models.Model):
    """One vote: a question, what is voted on (`items`) and how (`options`).

    With `most` = 0 each item gets exactly one option (an appraisal; for, against, abstain). Otherwise the voter marks
    1 to `most` items with the only option there is.
    """

    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    question = models.CharField(_("question"), max_length=200)
    question_en = models.CharField(_("question in English"), max_length=200, blank=True, default="")
    items = models.JSONField()  # [{"code", "label", "label_en"}]
    options = models.JSONField()  # the same
    most = models.PositiveSmallIntegerField(default=0)
    minimum = models.PositiveIntegerField(_("votes needed"))
    # Anybody may ask for a code by SMS, each telephone number for one.
    self_service = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=PollState.choices, default=PollState.PREPARING)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Written once, by counting: {"papers": n, "codes": n, "counts": {item: {option: n}}}; void: without counts.
    result = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="ballots_poll_subject")]
        constraints = [
            models.CheckConstraint(
                name="ballots_poll_result_when_closed",
                condition=Q(state__in=["counted", "void"], result__isnull=False, closed_at__isnull=False)
                | Q(state__in=["preparing", "open"], result__isnull=True, closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The question in the language now active."""
        return said(self.question, self.question_en)

    @property
    def is_open(self) -> bool:
        """Whether votes are taken."""
        return self.state == PollState.OPEN

    @property
    def is_closed(self) -> bool:
        """Whether it was counted, or found void."""
        return self.state in (PollState.COUNTED, PollState.VOID)

    def counted(self) -> list[dict[str, Any]]:
        """The result, one row an item: {"code", "label", "options": [{"code", "label", "votes", "share"}]}."""
        if self.state != PollState.COUNTED or self.result is None:
            return []
        papers, counts = self.result["papers"], self.result["counts"]
        return [
            {
                "code": item["code"],
                "label": words_of(item),
                "options": [_line(option, counts[item["code"]][option["code"]], papers) for option in self.options],
            }
            for item in self.items
        ]


def _line(option: dict[str, str], votes: int, papers: int) -> dict[str, Any]:
    share = round(100 * votes / papers, 1) if papers else 0.0
    return {"code": option["code"], "label": words_of(option), "votes": votes, "share": share}


def said(chinese: str, english: str) -> str:
    """The words in the language now active; Chinese where there is no English."""
    return english if english and (get_language() or "").startswith("en") else chinese


def words_of(choice: dict[str, str]) -> str:
    """The label of an item or option in the language now active."""
    return said(choice["label"], choice.get("label_en", ""))


class Code(models.Model):
    """A one-time code that was given out: only its keyed hash, which is also the key. No number, no time, no person."""

    code_hash = models.CharField(max_length=64, primary_key=True)
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="codes")

    class Meta:
        verbose_name = _("voting code")
        verbose_name_plural = _("voting codes")

    def __str__(self) -> str:
        return "voting code"


class Participation(models.Model):
    """A code was used. Apart from the urn, and written anew in the order of the hashes when the poll is closed.

    No foreign key to `Code`: its check would leave the voter's transaction number on the code's row.
    """

    code_hash = models.CharField(max_length=64, primary_key=True)
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="participations")

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")

    def __str__(self) -> str:
        return "participation"


class Urn(models.Model):
    """The sums of an open poll, sealed (ballots/urn.py). One row a poll; gone when the poll is closed."""

    poll = models.OneToOneField(Poll, primary_key=True, on_delete=models.CASCADE, related_name="urn")
    salt = models.CharField(max_length=64)
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("urn")
        verbose_name_plural = _("urns")

    def __str__(self) -> str:
        return "urn"
