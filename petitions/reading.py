"""What somebody reads of a petition beyond being allowed to open it: as staff at work, or as its petitioner does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from accounts.models import User
from common.prepared import Prepared
from dispatch.lifecycle import DEPUTY
from dispatch.models import OrderKind, Reply, ReplyState, WorkOrder
from petitions.access import By, resolve, scope_of
from petitions.lifecycle import RESIDENT
from petitions.models import Attachment, Petition
from petitions.orders import orders_seen


def works_on(petition: Petition, user: User, orders: Sequence[WorkOrder]) -> bool:
    """Whether the user reads it at work: internal notes, replies being checked, how to reach the resident.

    A deputy, and somebody on the staff whose own petition it is, read what the petitioner reads.
    """
    units = scope_of(user).unit.units
    at_work = resolve(user, petition).capacities - {RESIDENT, DEPUTY}
    return bool(at_work) or any(order.department_id in units for order in orders)


def contact_of(petition: Petition, user: User, orders: Sequence[WorkOrder]) -> dict[str, str] | None:
    """Name and number for those who must reach the resident, or None.

    Station and commission always; a unit that has an order only where the resident agreed to it (PIPL art 23); a
    deputy goes through the station.
    """
    if not works_on(petition, user, orders):
        return None
    beyond_the_unit = resolve(user, petition).capacities - {RESIDENT, DEPUTY}
    if not (beyond_the_unit or petition.contact_shared):
        return None
    return {"name": petition.contact.name, "phone": petition.contact.phone}


REPLIES = Prepared(
    lambda orders: Reply.objects.filter(order__among=orders).select_related("order").order_by("id"), list
)
ON_MATTER = Prepared(
    lambda matter_type, number: (
        Reply.objects.filter(order__matter_type=matter_type, order__matter_id=number)
        .select_related("order", "signed_by")
        .defer("signed_by__phone")
        .order_by("id")
    ),
    str,
    int,
)


def replies_to(orders: Sequence[WorkOrder], user: User) -> list[Reply]:
    """The replies to these orders, the oldest first; a draft is its unit's alone until the head has signed."""
    return _readable(REPLIES.rows([order.pk for order in orders]), user) if orders else []


def answers_on(orders: Sequence[WorkOrder], user: User) -> tuple[list[Reply], list[Reply]]:
    """The replies to these orders of one matter (`replies_to`), and the opinions its co-units gave; one SELECT.

    The opinions are for the members of the unit that leads, which does not read the co-units' orders; whoever reads
    those finds the opinions among the replies.
    """
    if not orders:
        return [], []
    units, shown = scope_of(user).unit.units, {order.pk for order in orders}
    found = ON_MATTER.rows(orders[0].matter_type, orders[0].matter_id)
    leads = any(order.department_id in units and order.kind != OrderKind.CO for order in orders)
    opinions = [
        each
        for each in found
        if leads and each.order_id not in shown and each.order.kind == OrderKind.CO and each.state == ReplyState.SIGNED
    ]
    return _readable([each for each in found if each.order_id in shown], user), opinions


def _readable(replies: Sequence[Reply], user: User) -> list[Reply]:
    units = scope_of(user).unit.units
    return [each for each in replies if each.state != ReplyState.DRAFT or each.order.department_id in units]


def shown_files(files: Iterable[Attachment]) -> list[Attachment]:
    """Of a petition's files those that everybody reads who reads the petition; what two have sent, once."""
    shown = {file.digest: file for file in sorted(files, key=lambda file: -file.pk) if not file.withheld}
    return sorted(shown.values(), key=lambda file: file.pk)


def files_of_answers(files: Iterable[Attachment], answers: Iterable[Reply]) -> list[Attachment]:
    """The files that come with these answers and that the petition does not show yet."""
    read = {answer.pk for answer in answers}
    return [file for file in files if file.withheld and file.reply_id in read]


def files_in_hand(files: Iterable[Attachment], answers: Iterable[Reply]) -> dict[int, list[Attachment]]:
    """The files of the answers that are being written, by order: of drafts, and of what was sent back before them."""
    written = {
        answer.pk: answer.order_id for answer in answers if answer.state in (ReplyState.DRAFT, ReplyState.SENT_BACK)
    }
    found: dict[int, list[Attachment]] = {}
    for file in files:
        if file.withheld and file.taken_off_at is None and file.reply_id in written:
            found.setdefault(written[file.reply_id], []).append(file)
    return found


def file_of(petition: Petition, number: int, by: By) -> Attachment:
    """Return one file. Raises Attachment.DoesNotExist also where it is there and not for this reader."""
    file = Attachment.objects.get(petition=petition, pk=number)
    if file.withheld and not (file.reply_id and isinstance(by, User) and _reads(file.reply_id, petition, by)):
        raise Attachment.DoesNotExist
    return file


def _reads(answer: int, petition: Petition, user: User) -> bool:
    """Whether the user reads this answer on the petition: a reply, or an opinion given to the unit that leads."""
    orders = orders_seen(petition, user)
    if not works_on(petition, user, orders):
        return False
    replies, opinions = answers_on(orders, user)
    return any(each.pk == answer for each in (*replies, *opinions))
