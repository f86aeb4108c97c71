"""What is answered about one petition: to its petitioner, and to staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework import serializers

from accounts.models import User
from directory import queries
from dispatch.lifecycle import DEPUTY
from dispatch.models import Reply, ReplyState, Request, WorkOrder
from journal.models import Visibility
from petitions import timeline as timelines
from petitions.access import PETITIONER, By, resolve, scope_of
from petitions.api import access_tokens
from petitions.api.serializers import (
    AttachmentSerializer,
    ItemSerializer,
    LabelledSerializer,
    MoveSerializer,
    OrderSerializer,
    ReplySerializer,
    RowSerializer,
)
from petitions.lifecycle import MATTER, RESIDENT
from petitions.models import Petition
from petitions.moves import order_moves, petition_moves
from petitions.orders import visible_orders


def labelled(row: Any) -> dict[str, str] | None:
    """Return code and label of a row of the directory."""
    return {"code": row.code, "label": row.label} if row is not None else None


class FollowedSerializer(serializers.Serializer):
    """A petition as its petitioner follows it."""

    access = serializers.CharField()
    reference = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    category = LabelledSerializer(allow_null=True)
    department = LabelledSerializer(allow_null=True)
    submitted_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    overdue = serializers.BooleanField()
    timeline = ItemSerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    can_evaluate = serializers.BooleanField()
    can_withdraw = serializers.BooleanField()
    can_supplement = serializers.BooleanField()
    main = serializers.DictField(allow_null=True, help_text="The petition this one was merged into, public part only")


def followed(petition: Petition) -> dict[str, Any]:
    """Return what the petitioner sees: where it is, who has it, by when, what was said, what is possible now."""
    now = timezone.now()
    open_to_me = {name for name, _label in petition_moves(petition, PETITIONER)}
    return {
        "access": access_tokens.issue(petition),
        **_current(petition, now),
        "title": petition.title,
        "text": petition.text,
        "category": labelled(petition.category),
        "submitted_at": petition.submitted_at,
        "timeline": _items(petition, Visibility.PETITIONER),
        "attachments": _attachments(petition),
        "can_evaluate": "evaluate" in open_to_me,
        "can_withdraw": "withdraw" in open_to_me,
        "can_supplement": "supplement" in open_to_me,
        "main": _main(petition, now),
    }


def _current(petition: Petition, now: datetime) -> dict[str, Any]:
    return {
        "reference": petition.reference,
        "state": petition.state,
        "state_label": petition.get_state_display(),
        "department": labelled(petition.lead_unit),
        "due_at": petition.due_at,
        "overdue": petition.is_overdue(now),
    }


def _main(petition: Petition, now: datetime) -> dict[str, Any] | None:
    """A merged petition follows its main one: its state and public steps, never its petitioner's words."""
    if petition.merged_into is None or petition.merged_into.restricted:
        return None
    return {**_current(petition.merged_into, now), "timeline": _items(petition.merged_into, Visibility.PUBLIC)}


def _items(petition: Petition, reader: str) -> Any:
    return ItemSerializer(timelines.timeline(petition, reader), many=True).data


def _attachments(petition: Petition) -> Any:
    kept = petition.attachments.order_by("id")
    return AttachmentSerializer(kept, many=True, context={"reference": petition.reference}).data


class MovedSerializer(serializers.Serializer):
    """After a move of staff: where the petition is now and what the caller may do next."""

    reference = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField()
    department = LabelledSerializer(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    overdue = serializers.BooleanField()
    moves = MoveSerializer(many=True)


def moved(petition: Petition, by: By) -> dict[str, Any]:
    """Return where the petition is and the moves open to `by`."""
    return {
        **_current(petition, timezone.now()),
        "moves": MoveSerializer(petition_moves(petition, by), many=True).data,
    }


class OrderMovedSerializer(OrderSerializer):
    """A work order with the moves open to the caller."""

    moves = MoveSerializer(many=True)

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "moves"]


def order_row(order: WorkOrder, petition: Petition, by: By, requests: Sequence[Request]) -> dict[str, Any]:
    """Return an order with the moves open to `by`."""
    now = timezone.now()
    offers = order_moves(order, petition, by, now, requests)
    return {**OrderSerializer(order, context={"now": now}).data, "moves": MoveSerializer(offers, many=True).data}


class DetailSerializer(RowSerializer):
    """A petition as staff see it on one screen."""

    moves = MoveSerializer(many=True)
    timeline = ItemSerializer(many=True)
    orders = OrderMovedSerializer(many=True)
    replies = ReplySerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    contact = serializers.DictField(allow_null=True, help_text="Name and telephone number, for those who need them")
    routing = serializers.DictField(allow_null=True, help_text="The router's candidates with scores and reasons")

    class Meta(RowSerializer.Meta):
        fields = [
            *RowSerializer.Meta.fields,
            "text",
            "address",
            "latitude",
            "longitude",
            "decline_reason",
            "decline_channel",
            "public_title",
            "public_text",
            "contact",
            "routing",
            "moves",
            "orders",
            "replies",
            "attachments",
            "timeline",
        ]


def detail(petition: Petition, user: User) -> dict[str, Any]:
    """Return everything this member of staff may see of a petition; a constant number of statements."""
    now = timezone.now()
    orders = list(
        visible_orders(user)
        .filter(matter_type=MATTER, matter_id=petition.pk)
        .select_related("department", "area", "handler")
        .prefetch_related("requests")
        .order_by("id")
    )
    staff = _works_on(petition, user, orders)
    return {
        **RowSerializer(petition, context={"now": now}).data,
        **{
            name: getattr(petition, name)
            for name in ("text", "address", "latitude", "longitude", "decline_reason", "decline_channel")
        },
        "public_title": petition.public_title,
        "public_text": petition.public_text,
        "contact": _contact(petition) if staff else None,
        "routing": _routing(petition) if staff else None,
        "moves": MoveSerializer(petition_moves(petition, user), many=True).data,
        "orders": [order_row(order, petition, user, list(order.requests.all())) for order in orders],
        "replies": ReplySerializer(_replies(orders, user), many=True).data if staff else [],
        "attachments": _attachments(petition),
        "timeline": _items(petition, Visibility.STAFF if staff else Visibility.PETITIONER),
    }


def _works_on(petition: Petition, user: User, orders: Sequence[WorkOrder]) -> bool:
    """Whether the user reads it at work: internal notes, replies being checked, how to reach the resident.

    A deputy, and somebody on the staff whose own petition it is, read what the petitioner reads.
    """
    units = scope_of(user).unit.units
    at_work = resolve(user, petition).capacities - {RESIDENT, DEPUTY}
    return bool(at_work) or any(order.department_id in units for order in orders)


def _replies(orders: Sequence[WorkOrder], user: User) -> QuerySet[Reply]:
    """The replies to these orders; a draft is its unit's alone until the head has signed."""
    mine = [order.pk for order in orders if order.department_id in scope_of(user).unit.units]
    signed = Q(order__in=orders) & ~Q(state=ReplyState.DRAFT)
    return Reply.objects.filter(signed | Q(order__in=mine)).select_related("order__department").order_by("id")


def _contact(petition: Petition) -> dict[str, str]:
    """Name and number for those who must reach the resident; a deputy goes through the station."""
    return {"name": petition.contact.name, "phone": petition.contact.phone}


def _routing(petition: Petition) -> dict[str, Any] | None:
    if not hasattr(petition, "routing"):
        return None
    routing = petition.routing
    return {
        "at": routing.at,
        "version": routing.version,
        "assigned": routing.assigned,
        "categories": [_named(row, queries.category_by_code(row["code"])) for row in routing.categories],
        "departments": [_named(row, queries.department_by_code(row["code"])) for row in routing.departments],
    }


def _named(row: dict[str, Any], found: Any) -> dict[str, Any]:
    return {**row, "label": found.label if found is not None else row["code"]}
