"""The only writer of polls, codes, participations and urns."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import attempts
from accounts.refusals import Refused
from ballots import codes, urn
from ballots.models import Code, Participation, Poll, PollState, Urn

MOST_CODES = 2000  # in one go: a hall, not a town
GUESSES = "ballot"
Choice = Mapping[str, str]


class CannotVote(Refused):
    """The code opens no poll, its poll is not open, or the paper is not filled in rightly."""


class CodeUsed(CannotVote):
    """The code has been used: it counts once."""


class GuessedTooOften(CannotVote):
    """Too many codes that there are not, from one address."""

    status = 429


class CannotRun(Refused):
    """The poll's state does not allow it."""


class UrnDoesNotAgree(CannotRun):
    """The urn holds another number of papers than codes were used: the result must not be announced."""


@transaction.atomic
def create_poll(
    *,
    subject_type: str,
    subject_id: int,
    question: str,
    items: Sequence[Choice],
    options: Sequence[Choice],
    minimum: int,
    most: int = 0,
    question_en: str = "",
    self_service: bool = False,
) -> Poll:
    """Return a new poll that is not open yet, with its empty urn."""
    poll = Poll.objects.create(
        subject_type=subject_type,
        subject_id=subject_id,
        question=question,
        question_en=question_en,
        items=[dict(item) for item in items],
        options=[dict(option) for option in options],
        most=most,
        minimum=minimum,
        self_service=self_service,
    )
    salt = secrets.token_hex(32)
    Urn.objects.create(poll=poll, salt=salt, sealed=urn.empty(poll, salt))
    return poll


@transaction.atomic
def issue(*, poll: Poll, number: int) -> list[str]:
    """Return `number` new codes, for paper. They are shown this once: only their hashes are kept.

    Raises CannotRun for a poll that is closed, and for a number that is not from 1 to 2000.
    """
    poll = _locked(poll)
    if poll.is_closed:
        raise CannotRun(_("The vote is closed: no more codes are given out."))
    if not 1 <= number <= MOST_CODES:
        raise CannotRun(_("Give out 1 to %(most)d codes at a time.") % {"most": MOST_CODES}, field="number")
    fresh = [codes.new_code() for _number in range(number)]
    # In the order of the hashes, so that a row's place does not tell a code's place on the sheet.
    Code.objects.bulk_create(Code(code_hash=each, poll=poll) for each in sorted(codes.hashed(code) for code in fresh))
    return fresh


@transaction.atomic
def code_for(*, poll: Poll, who: str) -> str:
    """Return the one code of `who` in this poll: asked again, it is the same. Raises CannotRun when it is closed."""
    found = Urn.objects.filter(poll=poll).first()
    if found is None:
        raise CannotRun(_("The vote is closed: no more codes are given out."))
    code = codes.derived(found.salt, who)
    Code.objects.bulk_create([Code(code_hash=codes.hashed(code), poll=poll)], ignore_conflicts=True)
    return code


@transaction.atomic
def open_poll(*, poll: Poll, now: datetime) -> Poll:
    """From now on votes are taken."""
    poll = _locked(poll)
    if poll.state != PollState.PREPARING:
        raise CannotRun(_("The vote was opened before."))
    poll.state, poll.opened_at = PollState.OPEN, now
    poll.save(update_fields=["state", "opened_at"])
    return poll


def paper(*, code: str, address: str, now: datetime) -> Poll:
    """Return the open poll that `code` belongs to.

    Raises CannotVote, CodeUsed, GuessedTooOften. Not inside a transaction: a counted guess must outlive the refusal.
    """
    found = _known(code, address, now)
    if Participation.objects.filter(code_hash=found.code_hash).exists():
        raise _used()
    _require_open(found.poll)
    return found.poll


def cast(*, code: str, marks: Mapping[str, str], address: str, now: datetime) -> None:
    """Put one paper into the urn and record that the code was used: both or neither.

    `marks` is item → option. Raises as `paper`, and CannotVote (field "marks") for a paper not filled in rightly.
    """
    found = _known(code, address, now)
    with transaction.atomic():
        box = Urn.objects.select_for_update().select_related("poll").filter(poll=found.poll_id).first()
        poll = box.poll if box else found.poll
        _require_open(poll)
        _require_whole(poll, marks)
        if box is None or not _take_part(found):
            raise _used()
        box.sealed = urn.with_paper(poll, box.salt, bytes(box.sealed), dict(marks))
        box.save(update_fields=["sealed"])


def _known(raw: str, address: str, now: datetime) -> Code:
    if attempts.is_locked(GUESSES, address, now):
        raise GuessedTooOften(_("Too many wrong codes came from here. Please wait 15 minutes."))
    code = codes.normalise(raw)
    if code is None:  # a slip of the finger, and no guess: there is nothing it could hit
        sentence = _("A code has eight letters and digits, such as K7PQ-4MXA. It never has 0, O, 1, I or L.")
        raise CannotVote(sentence, field="code")
    found = Code.objects.select_related("poll").filter(code_hash=codes.hashed(code)).first()
    if found is None:
        attempts.fail(GUESSES, address, now, limit=attempts.ADDRESS_LIMIT)
        raise CannotVote(_("There is no such code. Please compare it with your slip, sign by sign."), field="code")
    return found


def _used() -> CodeUsed:
    return CodeUsed(_("This code has been used. Each code counts once."), field="code")


def _require_open(poll: Poll) -> None:
    if poll.is_closed:
        raise CannotVote(_("The vote is closed."), field="code")
    if not poll.is_open:
        raise CannotVote(_("The vote is not open yet. Please wait until it is announced."), field="code")


def _require_whole(poll: Poll, marks: Mapping[str, str]) -> None:
    items, options = ({each["code"] for each in found} for found in (poll.items, poll.options))
    if not (set(marks) <= items and set(marks.values()) <= options):
        raise CannotVote(_("That is not on the ballot paper."), field="marks")
    if poll.most == 0 and set(marks) != items:
        raise CannotVote(_("Please make a choice in each line."), field="marks")
    if poll.most and not 1 <= len(marks) <= poll.most:
        raise CannotVote(_("Please mark 1 to %(most)d.") % {"most": poll.most}, field="marks")


def _take_part(code: Code) -> bool:
    """Record the use of a code; False when it was recorded before. The urn is locked: nobody comes in between."""
    if Participation.objects.filter(code_hash=code.code_hash).exists():
        return False
    Participation.objects.bulk_create([Participation(code_hash=code.code_hash, poll_id=code.poll_id)])
    return True


@transaction.atomic
def close_poll(*, poll: Poll, now: datetime) -> Poll:
    """Count, and destroy the urn. With fewer papers than the minimum the poll is void and the sums are told to nobody.

    Raises UrnDoesNotAgree when papers and participations differ, CannotRun when the poll is not open.
    """
    box = Urn.objects.select_for_update().filter(poll=poll).first()  # as `cast`: the urn first
    poll = _locked(poll)
    if box is None or not poll.is_open:
        raise CannotRun(_("The vote is not open."))
    papers, counts = urn.opened(poll, box.salt, bytes(box.sealed))
    used = _forget_order(poll)
    if papers != used:
        sentence = _("The urn holds %(papers)d papers, but %(used)d codes were used. Do not announce a result.")
        raise UrnDoesNotAgree(sentence % {"papers": papers, "used": used})
    valid = papers >= poll.minimum
    poll.state, poll.closed_at = PollState.COUNTED if valid else PollState.VOID, now
    poll.result = {"papers": papers, "codes": poll.codes.count(), **({"counts": counts} if valid else {})}
    poll.save(update_fields=["state", "closed_at", "result"])
    box.delete()
    return poll


def _forget_order(poll: Poll) -> int:
    """Write the participations anew, in one transaction and in the order of their hashes; return their number.

    Until then the place and the transaction number of a row tell in which order codes were used.
    """
    hashes = sorted(poll.participations.values_list("code_hash", flat=True))
    poll.participations.all().delete()
    Participation.objects.bulk_create([Participation(code_hash=each, poll=poll) for each in hashes], batch_size=2000)
    return len(hashes)


def _locked(poll: Poll) -> Poll:
    return Poll.objects.select_for_update().get(pk=poll.pk)
