"""A petition comes in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions import CannotRecordContact, record_contact
from accounts.crypto import blind_index
from accounts.models import ConsentKind, User
from common.prepared import insert
from deputies.models import Deputy
from directory import queries
from directory.models import Area, Category, PetitionKind, Urgency
from dispatch.router import looks_like_accusation
from journal import actions as journal
from journal.models import ActorKind, Visibility
from journal.refusals import Refused
from petitions import search
from petitions.access import Scope, scope_of
from petitions.actions.step import level_of, nudge_route, wind
from petitions.deadlines import state_due
from petitions.lifecycle import MATTER, Publication
from petitions.models import Channel, Petition
from petitions.references import new_reference
from stations.models import OpinionCode, Station, Visit
from stations.queries import station_of

TITLE_LENGTH = 30
# What somebody enters for a resident; a resident at the station's own screen is no proxy.
PROXY_CHANNELS = frozenset({Channel.DEPUTY, Channel.PHONE, Channel.LETTER, Channel.VISIT})


class CannotSubmit(Refused):
    """The petition lacks something, or its Idempotency-Key was used for another one."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What somebody sends in. Codes have been looked up, texts cleaned; see `serializers.SubmitSerializer`."""

    text: str
    phone: str
    publish_consent: bool
    consent_version: str
    title: str = ""
    kind: str = PetitionKind.CLAIM
    category: Category | None = None
    area: Area | None = None
    station: Station | None = None
    deputy: Deputy | None = None
    via: OpinionCode | None = None  # the QR code that led here
    visit: Visit | None = None
    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    name: str = ""
    channel: str = Channel.WEB
    urgent: bool = False
    share_contact: bool = True
    by_person: bool = False
    language: str = "zh-hans"

    def digest(self) -> str:
        """A keyed digest of the content, by which a repeated request is told from another under the same key.

        Keyed, because it covers the telephone number: a plain one could be tried out by whoever reads the table.
        """
        plain: Mapping[str, Any] = {k: getattr(v, "pk", v) for k, v in _shallow(self).items()}
        return blind_index(json.dumps(plain, sort_keys=True, default=str, ensure_ascii=False), purpose="intake")


def _shallow(intake: Intake) -> dict[str, Any]:
    # The visit is the portal's own doing, named by the key of the submission; it is no part of what was sent.
    return {name: getattr(intake, name) for name in intake.__dataclass_fields__ if name != "visit"}


def submit(*, intake: Intake, by: User | None, now: datetime, idempotency_key: str = "") -> Petition:
    """Take a petition in: contact, consents, petition and journal entry in one transaction; routing follows.

    `by` is the signed-in user, or None. With an Idempotency-Key that was seen before, the petition it made is
    returned, and CannotSubmit raised when its content differs. Raises CannotSubmit and CannotRecordContact with
    the field to change.
    """
    intake = _completed(intake, by)
    key = _sha256(f"{by.pk if by else 'anonymous'}:{idempotency_key}") if idempotency_key else None
    try:
        return _store(intake, by, key, now)
    except (IntegrityError, CannotRecordContact):
        # Sent again, perhaps at the same moment: the index of keys knows. Asked only now, for it is rare; also
        # when something was refused that was in order the first time, such as a version of the consent texts.
        known = Petition.objects.filter(intake_key=key).first() if key else None
        if known is None:
            raise
        return _same(known, intake)


def _completed(intake: Intake, by: User | None) -> Intake:
    """Fill in what follows from who enters it: a deputy's name stands on it, a station's officer's station.

    Raises CannotSubmit for a channel that only staff and deputies enter.
    """
    scope = scope_of(by) if by else Scope()
    if intake.channel in PROXY_CHANNELS and not (scope.is_staff or scope.deputy):
        raise CannotSubmit(_("Only staff and deputies enter petitions for others."), field="channel")
    if scope.deputy and intake.deputy is None:
        intake = replace(intake, deputy=Deputy.objects.get(pk=scope.deputy))
    own = scope.officer_of | scope.head_of
    if len(own) == 1 and not (intake.station or intake.area or intake.latitude):
        intake = replace(intake, station=Station.objects.select_related("area").get(pk=next(iter(own))))
    return intake


def _same(known: Petition, intake: Intake) -> Petition:
    if known.intake_digest != intake.digest():
        raise CannotSubmit(
            _("This Idempotency-Key was used for another petition. Send a new key with a new petition."),
            field="Idempotency-Key",
        )
    return known


@transaction.atomic
def _store(intake: Intake, by: User | None, key: str | None, now: datetime) -> Petition:
    contact = record_contact(
        name=intake.name,
        phone=intake.phone,
        language=intake.language,
        consents={
            ConsentKind.PROCESSING: True,
            ConsentKind.SHARING: intake.share_contact,
            ConsentKind.PUBLICATION: intake.publish_consent,
        },
        version=intake.consent_version,
        now=now,
        phone_needed=intake.channel != Channel.LETTER,  # who wrote may have none, and is answered by letter
    )
    petition = _new_petition(intake, by, now)
    petition.contact, petition.intake_key, petition.intake_digest = (
        contact,
        key,
        intake.digest() if key else "",
    )
    insert(petition)
    journal.write(
        matter_type=MATTER,
        matter_id=petition.pk,
        action="submit",
        at=now,
        actor=by,
        actor_kind=_actor_kind(petition, by),
        to_state=petition.state,
        data={"channel": petition.channel, "restricted": petition.restricted, **_raised_by(petition, by)},
        visibility=Visibility.PUBLIC,
    )
    nudge_route(petition)
    return petition


def _raised_by(petition: Petition, by: User | None) -> dict[str, Any]:
    """A deputy who raises a matter for a resident does duty; of a restricted one no file tells."""
    deputy = scope_of(by).deputy if by else None
    if deputy is None or petition.restricted or petition.channel not in PROXY_CHANNELS:
        return {}
    return {"deputies": [deputy], "station": petition.station_id}


def _new_petition(intake: Intake, by: User | None, now: datetime) -> Petition:
    area, station = _place(intake)
    title = intake.title.strip() or short_title(intake.text)
    petition = Petition(
        reference=new_reference(),
        state_since=now,
        submitted_at=now,
        kind=intake.kind,
        urgency=Urgency.URGENT if intake.urgent else Urgency.ORDINARY,
        channel=intake.channel,
        restricted=_is_restricted(intake, title),
        title=title,
        text=intake.text,
        address=intake.address,
        latitude=intake.latitude,
        longitude=intake.longitude,
        category=intake.category,
        area=area,
        station=station,
        via=intake.via,
        deputy=intake.deputy,
        visit=intake.visit,
        entered_by=by,
        contact_shared=intake.share_contact,
        by_person=intake.by_person,
        publication=Publication.CONSENTED if intake.publish_consent else Publication.PRIVATE,
    )
    level = level_of(petition)
    if level.statutory_days:
        petition.statutory_due_at = now + timedelta(days=level.statutory_days)
    petition.due_at = state_due(petition, level=level, calendar=queries.calendar(), now=now)
    wind(petition)
    petition.search = search.vector(title, intake.text, petition.reference, intake.address)
    return petition


def _is_restricted(intake: Intake, title: str) -> bool:
    """Accusations go their own way from the first moment, also those that only look like one (DOMAIN.md)."""
    return bool(
        intake.kind == PetitionKind.ACCUSATION
        or (intake.category and intake.category.restricted)
        or looks_like_accusation(title, intake.text)
    )


def _place(intake: Intake) -> tuple[Area, Station | None]:
    """Return the most exact area known and the station that serves it."""
    area = intake.area or (intake.station.area if intake.station else None)
    if area is None and intake.latitude is not None and intake.longitude is not None:
        area = queries.place_area(float(intake.latitude), float(intake.longitude))
    area = area or home_area()
    return area, intake.station or station_for(area)


def home_area() -> Area:
    """Return the area this portal serves (setting HOME_AREA). Raises ImproperlyConfigured when it is not loaded."""
    area = queries.area_by_code(settings.HOME_AREA)
    if area is None:
        raise ImproperlyConfigured(f"HOME_AREA {settings.HOME_AREA} is not in the directory: run load_directory.")
    return area


def station_for(area: Area) -> Station | None:
    """Return the liaison station that serves a community, or None above that level."""
    return station_of(area.pk) if area.level == Area.Level.COMMUNITY else None


def _actor_kind(petition: Petition, by: User | None) -> str:
    """In which capacity it was entered: staff and deputies by theirs, everybody else as resident."""
    if by is None:
        return ActorKind.RESIDENT
    scope = scope_of(by)
    if scope.deputy:
        return ActorKind.DEPUTY
    if petition.station_id in scope.officer_of:
        return ActorKind.OFFICER
    if petition.station_id in scope.head_of:
        return ActorKind.STATION_HEAD
    offices = scope.unit.office_capacities(petition.area.path)
    return min(offices, default=ActorKind.RESIDENT)


def short_title(text: str) -> str:
    """Return the first sentence of a text, at most 30 characters, as its title."""
    first = next((part.strip() for part in re.split(r"[。！？!?\n；;]", text) if part.strip()), text.strip())
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
