"""What is answered about one petition: to its petitioner, and to staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.models import User
from common.prepared import Prepared
from dispatch.models import Reply, Request, WorkOrder
from dispatch.queries import requests_by_order
from journal.models import Visibility
from petitions import timeline as timelines
from petitions.access import PETITIONER, By
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
from petitions.models import Attachment, Petition
from petitions.moves import order_moves, petition_moves
from petitions.orders import orders_seen
from petitions.reading import contact_of, replies_to, shown_files, works_on
from petitions.routed import explain, routed_automatically

ATTACHMENTS = Prepared(lambda petition: Attachment.objects.filter(petition=petition).order_by("id"), int)


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
    routed_automatically = serializers.BooleanField(help_text="By the router; a person may correct it")
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
        "routed_automatically": routed_automatically(petition),
        "submitted_at": timezone.localtime(petition.submitted_at),
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
        "due_at": timezone.localtime(petition.due_at) if petition.due_at else None,
        "overdue": petition.is_overdue(now),
    }


def _main(petition: Petition, now: datetime) -> dict[str, Any] | None:
    """A merged petition follows its main one: its state and public steps, never its petitioner's words."""
    if petition.merged_into is None or petition.merged_into.restricted:
        return None
    return {**_current(petition.merged_into, now), "timeline": _items(petition.merged_into, Visibility.PUBLIC)}


def _items(petition: Petition, reader: str, replies: Sequence[Reply] = (), user: User | None = None) -> Any:
    return ItemSerializer(timelines.timeline(petition, reader, replies=replies, user=user), many=True).data


def _attachments(petition: Petition) -> Any:
    return _files(shown_files(ATTACHMENTS.rows(petition.pk)), petition)


def _files(files: Iterable[Attachment], petition: Petition) -> Any:
    return AttachmentSerializer(files, many=True, context={"reference": petition.reference}).data


def _with_files(replies: Sequence[Reply], files: Sequence[Attachment], petition: Petition) -> list[dict[str, Any]]:
    """The replies, each with the files that are its own, an unsigned one's included."""
    return [
        {**ReplySerializer(reply).data, "files": _files([f for f in files if f.reply_id == reply.pk], petition)}
        for reply in replies
    ]


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


class HintSerializer(serializers.Serializer):
    """What a reply may lack."""

    code = serializers.CharField()
    text = serializers.CharField()


class OrderMovedSerializer(OrderSerializer):
    """A work order with the moves open to the caller."""

    moves = MoveSerializer(many=True)
    hints = HintSerializer(many=True, required=False, help_text="After a draft or a reply: what it may lack")

    class Meta(OrderSerializer.Meta):
        fields = [*OrderSerializer.Meta.fields, "moves", "hints"]


def order_row(order: WorkOrder, petition: Petition, by: By, requests: Sequence[Request]) -> dict[str, Any]:
    """Return an order with the moves open to `by`."""
    now = timezone.now()
    offers = order_moves(order, petition, by, now, requests)
    return {**OrderSerializer(order, context={"now": now}).data, "moves": MoveSerializer(offers, many=True).data}


class ReplyWithFilesSerializer(ReplySerializer):
    """A reply, or a draft for those who may read it, with its files."""

    files = AttachmentSerializer(many=True)

    class Meta(ReplySerializer.Meta):
        fields = [*ReplySerializer.Meta.fields, "files"]


class DetailSerializer(RowSerializer):
    """A petition as staff see it on one screen."""

    moves = MoveSerializer(many=True)
    timeline = ItemSerializer(many=True)
    orders = OrderMovedSerializer(many=True)
    replies = ReplyWithFilesSerializer(many=True)
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
    orders = orders_seen(petition, user)
    requests = requests_by_order(orders)
    staff = works_on(petition, user, orders)
    replies = replies_to(orders, user) if staff else []
    files = ATTACHMENTS.rows(petition.pk)
    return {
        **RowSerializer(petition, context={"now": now}).data,
        **{
            name: getattr(petition, name)
            for name in ("text", "address", "latitude", "longitude", "decline_reason", "decline_channel")
        },
        "public_title": petition.public_title,
        "public_text": petition.public_text,
        "contact": contact_of(petition, user, orders),
        "routing": explain(petition, user) if staff else None,
        "moves": MoveSerializer(petition_moves(petition, user), many=True).data,
        "orders": [order_row(order, petition, user, requests[order.pk]) for order in orders],
        "replies": _with_files(replies, files, petition),
        "attachments": _files(shown_files(files), petition),
        "timeline": _items(petition, Visibility.STAFF if staff else Visibility.PETITIONER, replies, user),
    }
