"""The yearly self-check against the standards, its inspection, and meetings noted for the quota."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from directory.calendar import local_day
from journal.refusals import Refused
from stations.access import COMMISSION, STATION
from stations.actions.master import image
from stations.actions.step import permit, record_station
from stations.models import CheckAnswer, CheckPhoto, CheckState, MeetingHeld, SelfCheck, Standard, Station
from stations.quality import standards_for

MOST_PHOTOS = 4  # of one standard


class CannotCheck(Refused):
    """The self-check or its inspection is not possible as asked."""


@dataclass(frozen=True)
class Said:
    """What is said about one standard."""

    met: bool
    remark: str = ""


@transaction.atomic
def fill_in(*, station: Station, year: int, said: Mapping[Standard, Said], by: User, now: datetime) -> SelfCheck:
    """Keep answers of the self-check of a year; what was said before about other standards stays."""
    actor, capacity = permit(station, by, STATION)
    check = _open_check(station, year, now)
    for standard, one in said.items():
        CheckAnswer.objects.update_or_create(
            check_of=check,
            standard=standard,
            defaults={"met": one.met, "remark": one.remark.strip()[:300], "found": None},
        )
    record_station(station, "check_filled_in", actor=actor, capacity=capacity, now=now, data={"year": year})
    return check


def _open_check(station: Station, year: int, now: datetime) -> SelfCheck:
    """Return the year's self-check, locked, while it can be filled in; the first call makes it."""
    if not local_day(now).year - 1 <= year <= local_day(now).year:
        raise CannotCheck(_("A self-check is of this year or the last."), field="year")
    SelfCheck.objects.get_or_create(station=station, year=year)
    check = SelfCheck.objects.select_for_update().get(station=station, year=year)
    if check.state not in (CheckState.DRAFT, CheckState.TO_MEND):
        raise CannotCheck(_("This self-check has been sent in and no longer changes."))
    return check


@transaction.atomic
def add_check_photo(
    *, station: Station, year: int, standard: Standard, file: File[bytes], by: User, now: datetime
) -> CheckPhoto:
    """Add a photo that shows one standard; sent twice, it is kept once."""
    permit(station, by, STATION)
    safe = image(file)
    check = _open_check(station, year, now)
    same = check.photos.filter(standard=standard)
    if known := same.filter(digest=safe.digest).first():
        return known
    if same.count() >= MOST_PHOTOS:
        raise CannotCheck(_("At most %(most)d photos for each standard.") % {"most": MOST_PHOTOS}, field="photo")
    photo = CheckPhoto(check_of=check, standard=standard, content_type=safe.content_type, digest=safe.digest, at=now)
    photo.file.save(f"checks/{now:%Y}/{safe.digest}.{safe.extension}", ContentFile(safe.data), save=True)
    return photo


@transaction.atomic
def send_in(*, station: Station, year: int, by: User, now: datetime) -> SelfCheck:
    """Send the self-check to the commission. Every standard has an answer, and a photo where one is asked for."""
    actor, capacity = permit(station, by, STATION)
    check = _open_check(station, year, now)
    answers = {answer.standard_id: answer for answer in check.answers.all()}
    with_photo = set(check.photos.values_list("standard_id", flat=True))
    standards = standards_for(station)
    if missing := [each.label for each in standards if each.pk not in answers]:
        raise CannotCheck(_("Not answered yet: %(names)s.") % {"names": "; ".join(missing[:5])}, field="answers")
    bare = [each.label for each in standards if each.needs_photo and answers[each.pk].met and each.pk not in with_photo]
    if bare:
        raise CannotCheck(_("A photo is missing: %(names)s.") % {"names": "; ".join(bare[:5])}, field="photo")
    check.state, check.submitted_by, check.submitted_at = CheckState.SUBMITTED, actor.user, now
    check.save(update_fields=["state", "submitted_by", "submitted_at"])
    record_station(station, "check_sent_in", actor=actor, capacity=capacity, now=now, data={"year": year})
    return check


@transaction.atomic
def inspect(*, check: SelfCheck, not_met: set[int], passed: bool, finding: str, by: User, now: datetime) -> SelfCheck:
    """The commission's inspection: which standards it found not met (primary keys), and its finding.

    Whoever runs the station does not inspect it. With something to mend, the station fills the check in again.
    """
    locked = SelfCheck.objects.select_for_update(of=("self",)).select_related("station__area").get(pk=check.pk)
    actor, capacity = permit(locked.station, by, COMMISSION)
    if by.pk in (locked.station.officer_id, locked.station.head_id):
        raise CannotCheck(_("Whoever runs the station does not inspect it."))
    if locked.state != CheckState.SUBMITTED:
        raise CannotCheck(_("Only a self-check that was sent in is inspected."))
    if not finding.strip():
        raise CannotCheck(_("Say what you found."), field="finding")
    if passed and not_met:
        raise CannotCheck(_("Standards are marked as not met: choose “something to mend”."), field="passed")
    locked.answers.filter(standard_id__in=not_met).update(found=False)
    locked.answers.exclude(standard_id__in=not_met).update(found=None)
    locked.state = CheckState.PASSED if passed else CheckState.TO_MEND
    locked.inspected_by, locked.inspected_at, locked.finding = actor.user, now, finding.strip()
    locked.save(update_fields=["state", "inspected_by", "inspected_at", "finding"])
    data = {"year": locked.year, "passed": passed}
    record_station(locked.station, "check_inspected", actor=actor, capacity=capacity, now=now, data=data)
    return locked


@transaction.atomic
def note_meeting(*, station: Station, date: date, title: str, by: User, now: datetime) -> MeetingHeld:
    """Note a deliberation meeting that the station held, for its quota."""
    actor, capacity = permit(station, by, STATION)
    title = title.strip()[:120]
    if not title:
        raise CannotCheck(_("Give the topic of the meeting."), field="title")
    if date > local_day(now) or date.year < local_day(now).year - 1:
        raise CannotCheck(_("Give a day of this or the last year that has come already."), field="date")
    try:
        with transaction.atomic():
            held = MeetingHeld.objects.create(
                station=station, date=date, title=title, noted_by=actor.user, noted_at=now
            )
    except IntegrityError:
        raise CannotCheck(_("This meeting was noted already."), field="title") from None
    record_station(station, "meeting_noted", actor=actor, capacity=capacity, now=now, data={"date": str(date)})
    return held
