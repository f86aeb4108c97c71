"""From a visit to a petition: one tap, once, with the deputy and the visit on it."""

from __future__ import annotations

from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import consent_texts
from directory.models import PetitionKind
from journal.refusals import Refused
from petitions.access import PETITIONER
from petitions.actions.attachments import attach
from petitions.actions.intake import Intake, submit
from petitions.models import Channel, Petition
from stations.actions.visit_photos import add_photo
from stations.actions.visits import CannotRaise, VisitIntake, log, mark_raised, may_receive
from stations.models.visits import Confidentiality, Visit, VisitPhoto


@transaction.atomic
def raise_visit(*, visit: Visit, by: User, now: datetime) -> Petition:
    """Turn a visit into a petition through `submit`; tapped twice, it is the same petition.

    The resident gets the reference by text message, as after every submission. Raises CannotRaise, and what
    `submit` raises.
    """
    locked = Visit.objects.select_for_update(of=("self",)).select_related("station__area", "contact").get(pk=visit.pk)
    if known := Petition.objects.filter(visit=locked).first():
        return known
    if not may_receive(by, locked.station):
        raise CannotRaise(_("Visits are raised by the station’s own staff and by deputies."))
    if locked.contact is None or not locked.contact.phone:
        raise CannotRaise(
            _("A petition needs a telephone number, so that the resident gets the reference and the answer."),
            field="phone",
        )
    petition = submit(intake=_intake(locked), by=by, now=now, idempotency_key=f"visit:{locked.key}")
    mark_raised(visit=locked, contact=petition.contact, by=by, now=now)
    for photo in locked.photos.all():
        _hand_on(photo, petition, now)
    return petition


def _intake(visit: Visit) -> Intake:
    assert visit.contact is not None
    return Intake(
        text=visit.words,
        name=visit.contact.name,
        phone=visit.contact.phone,
        language=visit.contact.language,
        publish_consent=visit.may_publish,
        consent_version=consent_texts().version,
        kind=PetitionKind.ACCUSATION if visit.restricted else PetitionKind.CLAIM,
        channel=Channel.VISIT,
        station=visit.station,
        deputy=None if visit.restricted else visit.deputies.order_by("pk").first(),
        visit=visit,
        address=visit.address,
        urgent=visit.urgent,
        share_contact=visit.confidentiality == Confidentiality.OPEN,
    )


@transaction.atomic
def receive(
    *, intake: VisitIntake, by: User, now: datetime, raised: bool = False, although_double: bool = False
) -> tuple[Visit, Petition | None, bool]:
    """Write a visit down and, when `raised`, turn it into a petition in the same transaction.

    Out: the visit, its petition or None, and whether the visit is new. Sent again, both are the same.
    """
    visit, new = log(intake=intake, by=by, now=now, although_double=although_double)
    petition = raise_visit(visit=visit, by=by, now=now) if raised else Petition.objects.filter(visit=visit).first()
    return visit, petition, new


def add_visit_photo(*, visit: Visit, file: File[bytes], by: User, now: datetime) -> VisitPhoto:
    """Keep a photo of a visit, and hand it on to the petition it was raised as. Raises CannotAddPhoto."""
    photo = add_photo(visit=visit, file=file, by=by, now=now)
    petition = Petition.objects.filter(visit=visit).first()
    if petition is not None:
        _hand_on(photo, petition, now)
    return photo


def _hand_on(photo: VisitPhoto, petition: Petition, now: datetime) -> None:
    """The petitioner brought it, so it goes in as theirs. A closed petition takes none; the visit keeps it."""
    with photo.file.open("rb") as content:
        try:
            attach(petition=petition, file=File(content, name=photo.name), by=PETITIONER, now=now)
        except Refused:
            return
