"""A visit is written down: at the station or on the way, with or without a network, and kept exactly once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions import record_contact
from accounts.crypto import blind_index
from accounts.models import ConsentKind, Contact, User, phone_index
from accounts.queries import consent_texts
from deputies.models import Deputy
from dispatch.lifecycle import DEPUTY
from dispatch.router import looks_like_accusation
from journal import actions as journal
from journal.refusals import Refused
from stations.access import STATION, StationScope, at_station, station_scope
from stations.lifecycle import ANNOUNCED
from stations.models import Reception, Station
from stations.models.visits import CheckIn, Confidentiality, Outcome, Visit

MATTER = "visit"
# Regulations on Petitions (信访工作条例) 2022: a group names at most five representatives.
MOST_REPRESENTATIVES = 5
LARGEST_GROUP = 500
AHEAD = timedelta(minutes=15)  # by so much a telephone's clock may be fast
OLDEST = timedelta(days=60)  # what a device may have kept without a network
AROUND = timedelta(minutes=30)  # somebody comes a little before a reception begins, or stays a little after


class CannotLog(Refused):
    """The visit lacks something, or its number was used for another one."""


class NotAtThisStation(CannotLog):
    """Only deputies and the station's own staff write visits down."""

    status = 403


class LooksDouble(CannotLog):
    """Somebody else wrote down the same visit; the writer decides whether it is one."""


@dataclass(frozen=True, kw_only=True)
class VisitIntake:
    """What the one who receives has written. `told`: the resident was told that it is kept, and agrees."""

    key: UUID
    station: Station
    came_at: datetime
    words: str
    told: bool
    name: str = ""
    phone: str = ""
    group_size: int = 1
    representatives: Sequence[str] = ()
    deputies: Sequence[Deputy] = ()
    address: str = ""
    urgent: bool = False
    confidentiality: str = Confidentiality.OPEN
    may_publish: bool = False
    answer: str = ""
    check_in: str = CheckIn.HAND
    language: str = "zh-hans"

    def digest(self) -> str:
        """A keyed digest of the content, by which a repetition is told from another visit under the same number."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain |= {"station": self.station.pk, "deputies": sorted(each.pk for each in self.deputies)}
        plain["came_at"] = self.came_at.timestamp()
        return blind_index(json.dumps(plain, sort_keys=True, default=str, ensure_ascii=False), purpose="visit")


def log(*, intake: VisitIntake, by: User, now: datetime, although_double: bool = False) -> tuple[Visit, bool]:
    """Write a visit down; return it and whether it is new.

    Sent again under the same number it is the same visit, and CannotLog raised (409) when its content differs.
    Raises CannotLog with the field to change, NotAtThisStation, and LooksDouble unless `although_double`.
    """
    digest = intake.digest()
    known = Visit.objects.filter(logged_by=by, key=intake.key).first()
    if known is not None:
        return _same(known, digest), False
    _check(intake, by, now)
    if not although_double:
        _look_for_double(intake, by)
    try:
        return _store(intake, digest, by, now), True
    except IntegrityError:
        known = Visit.objects.filter(logged_by=by, key=intake.key).first()
        if known is None:
            raise
        return _same(known, digest), False


def _same(known: Visit, digest: str) -> Visit:
    if known.digest != digest:
        raise CannotLog(
            _("This visit was already sent from this device with other words. Compare both, then send it as a new one.")
        )
    return known


def _check(intake: VisitIntake, by: User, now: datetime) -> None:
    """Raise CannotLog for what cannot be kept as it is, with a sentence that helps."""
    if _capacity(by, intake.station) is None:
        raise NotAtThisStation(_("Visits at this station are written down by its own staff and by deputies."))
    if not intake.told:
        raise CannotLog(_("Please tell the resident what is kept, and ask whether that is agreed."), field="told")
    if not intake.words.strip():
        raise CannotLog(_("Please write down what was said."), field="words")
    if intake.came_at > now + AHEAD:
        raise CannotLog(_("The time of the visit lies ahead: is this device’s clock right?"), field="came_at")
    if intake.came_at < now - OLDEST:
        sentence = _("This visit is more than %(days)d days old. Please hand the paper record to the station.")
        raise CannotLog(sentence % {"days": OLDEST.days}, field="came_at")
    _check_group(intake)


def _check_group(intake: VisitIntake) -> None:
    if not 1 <= intake.group_size <= LARGEST_GROUP:
        sentence = _("How many people came? A number from 1 to %(most)d.")
        raise CannotLog(sentence % {"most": LARGEST_GROUP}, field="group_size")
    if len(intake.representatives) > MOST_REPRESENTATIVES:
        raise CannotLog(
            _(
                "So that everybody can be heard well, a group names up to %(most)d representatives. Please ask the "
                "group whom it chooses; what the others wish to say can be written down as well."
            )
            % {"most": MOST_REPRESENTATIVES},
            field="representatives",
        )
    if len(intake.representatives) > intake.group_size:
        raise CannotLog(_("There are more representatives than people who came."), field="representatives")


def _capacity(by: User, station: Station) -> str | None:
    """In which capacity somebody receives at this station: its officer or head, or as a deputy anywhere."""
    if found := at_station(by, station).capacity(STATION):
        return found
    return DEPUTY if station_scope(by).deputy else None


def may_receive(by: User, station: Station) -> bool:
    """Whether somebody may write visits down at this station."""
    return _capacity(by, station) is not None


def _look_for_double(intake: VisitIntake, by: User) -> None:
    """Officer and deputy sit at one table: what both write down is one visit."""
    try:
        index = phone_index(intake.phone) if intake.phone.strip() else ""
    except ValueError:
        return  # record_contact says what is wrong with it
    near = (intake.came_at - AROUND, intake.came_at + AROUND)
    if index and (
        Visit.objects.filter(station=intake.station, came_at__range=near, contact__phone_index=index)
        .exclude(logged_by=by)
        .exists()
    ):
        raise LooksDouble(
            _("A colleague has already written down a visit with this number at this time."), field="although_double"
        )


@transaction.atomic
def _store(intake: VisitIntake, digest: str, by: User, now: datetime) -> Visit:
    scope = station_scope(by)
    restricted = bool(intake.confidentiality == Confidentiality.RESTRICTED or looks_like_accusation("", intake.words))
    visit = Visit(
        key=intake.key,
        digest=digest,
        logged_by=by,
        logged_at=now,
        came_at=intake.came_at,
        check_in=intake.check_in,
        station=intake.station,
        area_id=intake.station.area_id,
        reception=_reception_at(intake.station, intake.came_at),
        contact=_contact(intake, now),
        group_size=intake.group_size,
        representatives="\n".join(intake.representatives),
        words=intake.words,
        address=intake.address,
        urgent=intake.urgent,
        confidentiality=intake.confidentiality,
        restricted=restricted,
        may_publish=intake.may_publish and not restricted,
        outcome=Outcome.ANSWERED if intake.answer else Outcome.NOTED,
        answer=intake.answer,
    )
    visit.save(force_insert=True)
    present = _present(intake, scope)
    visit.deputies.set(present)
    journal.write(
        matter_type=MATTER,
        matter_id=visit.pk,
        action="logged",
        at=now,
        actor=by,
        actor_kind=_capacity(by, intake.station) or DEPUTY,
        to_state=visit.outcome,
        data={
            "deputies": present,
            "station": intake.station.pk,
            "reception": visit.reception_id,
            "came_at": intake.came_at.isoformat(),
            "restricted": restricted,
        },
    )
    return visit


def _present(intake: VisitIntake, scope: StationScope) -> list[int]:
    """The deputies who received: those named, and the writer who is one."""
    return sorted({*(each.pk for each in intake.deputies), *([scope.deputy] if scope.deputy else [])})


def _reception_at(station: Station, at: datetime) -> Reception | None:
    """Return the announced reception during which somebody came, or None."""
    found = Reception.objects.filter(
        station=station, state__in=ANNOUNCED, starts_at__lte=at + AROUND, ends_at__gte=at - AROUND
    )
    return found.order_by("starts_at").first()


def _contact(intake: VisitIntake, now: datetime) -> Contact | None:
    """Who came, where that was said: nobody has to give a name or a number to be heard."""
    if not (intake.phone.strip() or intake.name.strip()):
        return None
    return record_contact(
        name=intake.name,
        phone=intake.phone,
        language=intake.language,
        consents={
            ConsentKind.PROCESSING: intake.told,
            ConsentKind.SHARING: intake.confidentiality == Confidentiality.OPEN,
            ConsentKind.PUBLICATION: intake.may_publish,
        },
        version=consent_texts(now=now).version,
        now=now,
        phone_needed=False,
    )


class CannotRaise(Refused):
    """The visit cannot become a petition."""


def mark_raised(*, visit: Visit, contact: Contact, by: User, now: datetime) -> Visit:
    """Note that the visit has become a petition, and keep the resident's details once: the petition's contact.

    The caller (petitions.actions.raise_visit) holds the visit's row lock in its transaction.
    """
    old = visit.contact
    from_state, visit.outcome, visit.contact = visit.outcome, Outcome.RAISED.value, contact
    visit.save(update_fields=["outcome", "contact"])
    if old is not None and old.pk != contact.pk:
        old.delete()
    journal.write(
        matter_type=MATTER,
        matter_id=visit.pk,
        action="raised",
        at=now,
        actor=by,
        actor_kind=_capacity(by, visit.station) or DEPUTY,
        from_state=from_state,
        to_state=visit.outcome,
        data={"station": visit.station_id},
    )
    return visit


class CannotNote(Refused):
    """Answer or feedback cannot be noted on this visit."""


@transaction.atomic
def answer(*, visit: Visit, text: str, by: User, now: datetime) -> Visit:
    """Note the answer given on the spot, after the visit was written down. Raises CannotNote."""
    locked = _lock(visit)
    if locked.outcome != Outcome.NOTED:
        raise CannotNote(_("This visit was answered, or raised as a petition, before."))
    if not text.strip():
        raise CannotNote(_("Please write what was answered."), field="answer")
    return _noted(locked, "answered", by, now, answer=text.strip(), outcome=Outcome.ANSWERED.value)


@transaction.atomic
def feed_back(*, visit: Visit, feedback: str, note: str, by: User, now: datetime) -> Visit:
    """Note what the resident said of the answer on the spot. Raises CannotNote; a petition has its own evaluation."""
    locked = _lock(visit)
    if locked.outcome != Outcome.ANSWERED:
        raise CannotNote(_("Feedback belongs to an answer on the spot; a petition is evaluated by the resident."))
    return _noted(locked, "fed_back", by, now, feedback=feedback, feedback_note=note.strip())


def _lock(visit: Visit) -> Visit:
    return Visit.objects.select_for_update(of=("self",)).select_related("station__area").get(pk=visit.pk)


def _noted(locked: Visit, action: str, by: User, now: datetime, **values: Any) -> Visit:
    capacity = _capacity(by, locked.station)
    if capacity is None:
        raise NotAtThisStation(_("Visits at this station are written down by its own staff and by deputies."))
    from_state = locked.outcome
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=sorted(values))
    journal.write(
        matter_type=MATTER,
        matter_id=locked.pk,
        action=action,
        at=now,
        actor=by,
        actor_kind=capacity,
        from_state=from_state,
        to_state=locked.outcome,
        data={"station": locked.station_id, **({"feedback": locked.feedback} if locked.feedback else {})},
    )
    return locked
