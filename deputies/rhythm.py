"""The rhythm of duty (Daxing: station monthly, home quarterly, report yearly): who is behind, and reminding them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from deputies.models import Deputy, Period, Rhythm
from deputies.queries import policy
from directory.calendar import local_day
from notifications.actions import Message, enqueue
from notifications.models import Channel

MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@dataclass(frozen=True)
class Span:
    """A period in time: `[start, end)`."""

    start: date
    end: date

    @property
    def key(self) -> str:
        """Its name in a message's event: the same however often one looks."""
        return f"{self.start:%Y-%m}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    def before(self) -> date:
        """A day in the period before."""
        return self.start - timedelta(days=1)


def span(period: str, day: date) -> Span:
    """Return the month, quarter or year in which a day lies."""
    months = MONTHS[Period(period)]
    first = (day.month - 1) // months * months + 1
    start = date(day.year, first, 1)
    over = start.year * 12 + start.month - 1 + months
    return Span(start, date(over // 12, over % 12 + 1, 1))


def counted(rhythm: Rhythm, within: Span, prefix: str = "") -> Q:
    """Return the condition on duty records that count for a rhythm in a period."""
    what = Q(**{f"{prefix}item__in": rhythm.items})
    if rhythm.station_kind:
        what |= Q(**{f"{prefix}station__in": _stations_of(rhythm.station_kind)})
    within_q = Q(**{f"{prefix}on__gte": within.start, f"{prefix}on__lt": within.end, f"{prefix}struck_by": None})
    return what & within_q


def _stations_of(kind: str) -> Any:
    """The numbers of stations of a kind, asked through the relation that stations have to deputies."""
    model: Any = Deputy._meta.get_field("stations").related_model
    return model.objects.filter(kind=kind).values("pk")


def kept(deputies: QuerySet[Deputy], rhythm: Rhythm, within: Span) -> Any:
    """Annotate deputies with `done`: how often in the period."""
    return deputies.annotate(done=Count("duty_records", filter=counted(rhythm, within, "duty_records__")))


def behind(deputies: QuerySet[Deputy], rhythm: Rhythm, within: Span) -> QuerySet[Deputy]:
    """Return the deputies in office who have done less in the period than the rhythm asks; one SELECT."""
    late: QuerySet[Deputy] = kept(deputies.filter(is_active=True), rhythm, within).filter(done__lt=rhythm.times)
    return late


@dataclass(frozen=True)
class Standing:
    """How one deputy stands with one rhythm now."""

    rhythm: Rhythm
    within: Span
    done: int

    @property
    def kept(self) -> bool:
        """Whether it is done for this period."""
        return self.done >= self.rhythm.times


def standing(deputy: Deputy, day: date) -> list[Standing]:
    """Return how a deputy stands with each rhythm; a SELECT each, of which there are three."""
    found = []
    for rhythm in Rhythm.objects.filter(is_active=True):
        within = span(rhythm.period, day)
        found.append(Standing(rhythm, within, deputy.duty_records.filter(counted(rhythm, within)).count()))
    return found


def remind(*, now: datetime) -> int:
    """Remind those who are behind, once a period, some days before its end; return how many messages were new."""
    today, limits = local_day(now), policy()
    new = 0
    for rhythm in Rhythm.objects.filter(is_active=True):
        within = span(rhythm.period, today)
        if (within.end - today).days > limits.remind_days:
            continue
        late = behind(Deputy.objects.filter(user__is_active=True), rhythm, within).select_related("user")
        new += enqueue(messages=[_message(deputy, rhythm, within) for deputy in late], now=now)
    return new


def _message(deputy: Deputy, rhythm: Rhythm, within: Span) -> Message:
    user = deputy.user
    assert user is not None  # the query asks for one
    with override(user.language):
        return Message(
            event=f"rhythm:{rhythm.code}:{within.key}",
            channel=Channel.INBOX,
            user_id=user.pk,
            language=user.language,
            subject=_("Still to do: %(what)s") % {"what": rhythm.label},
            body=_("Done %(done)d of %(times)d; the period ends on %(day)s.")
            % {
                "done": deputy.done,  # type: ignore[attr-defined]
                "times": rhythm.times,
                "day": date_format(within.last, "DATE_FORMAT"),
            },
            url="/desk/duty/",
        )


__all__ = ["Span", "Standing", "behind", "kept", "remind", "span", "standing"]
