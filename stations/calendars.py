"""Receptions as an iCalendar feed (RFC 5545), for telephones and office programs to subscribe to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from stations.lifecycle import ReceptionState
from stations.models import Reception

REFRESH = timedelta(hours=4)
STATUS = {ReceptionState.PLANNED: "TENTATIVE", ReceptionState.CANCELLED: "CANCELLED"}


def calendar(name: str, receptions: Iterable[Reception], *, now: datetime) -> bytes:
    """Return the feed. Times are in UTC, so that it needs no table of time zones."""
    feed = Calendar()
    feed.add("prodid", "-//liaison-portal//receptions//ZH")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", name)
    feed.add("x-published-ttl", f"PT{int(REFRESH.total_seconds() // 3600)}H")
    for reception in receptions:
        feed.add_component(_event(reception, now))
    return feed.to_ical()


def _event(reception: Reception, now: datetime) -> Event:
    station = reception.station
    event = Event()
    event.add("uid", f"reception-{reception.pk}@{settings.SITE_URL.split('://', 1)[-1].split(':')[0]}")
    event.add("dtstamp", _utc(now))
    event.add("last-modified", _utc(reception.state_since))
    event.add("sequence", reception.sequence)
    event.add("dtstart", _utc(reception.starts_at))
    event.add("dtend", _utc(reception.ends_at))
    event.add("summary", _("Reception: %(station)s") % {"station": station.label})
    event.add("location", f"{station.label}, {station.address}" if station.address else station.label)
    event.add("description", _words(reception))
    event.add("status", STATUS.get(ReceptionState(reception.state), "CONFIRMED"))
    if station.latitude is not None:
        event.add("geo", (station.latitude, station.longitude))
    if reception.published_at:
        event.add("url", settings.SITE_URL + reverse("stations:reception", args=[reception.pk]))
    return event


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _words(reception: Reception) -> str:
    lines = [reception.label, _("Deputies: %(names)s") % {"names": _names(reception)}]
    if reception.state == ReceptionState.CANCELLED:
        lines.append(_("Cancelled: %(reason)s") % {"reason": reception.cancel_reason})
    return "\n".join(line for line in lines if line)


def _names(reception: Reception) -> str:
    return ", ".join(deputy.label for deputy in reception.deputies.all()) or "—"
