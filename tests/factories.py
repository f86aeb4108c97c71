"""Rows in quantity, for counting statements and for states that a walk would take long to reach.

What a test is about still goes through HTTP (tests/walk.py); these are the crowd around it.
"""

from __future__ import annotations

from typing import Any

import factory
from django.utils import timezone

from accounts.models import Contact
from dispatch.lifecycle import OPEN
from dispatch.models import WorkOrder
from petitions import search
from petitions.lifecycle import ENDED
from petitions.models import Petition
from petitions.references import new_reference


class ContactFactory(factory.django.DjangoModelFactory):
    """A petitioner with a number of one's own."""

    class Meta:
        model = Contact

    name = "王芳"
    phone = factory.Sequence(lambda n: f"137{n:08d}")
    created_at = factory.LazyFunction(timezone.now)


class PetitionFactory(factory.django.DjangoModelFactory):
    """A petition as it came in; give at least its `area`."""

    class Meta:
        model = Petition

    reference = factory.LazyFunction(new_reference)
    title = factory.Sequence(lambda n: f"下水道堵塞 {n}")
    text = "学校门口的下水道堵了，一下雨就积水。"
    channel = "web"
    submitted_at = factory.LazyFunction(timezone.now)
    state_since = factory.SelfAttribute("submitted_at")
    due_at = factory.SelfAttribute("submitted_at")
    contact = factory.SubFactory(ContactFactory)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["search"] = search.vector(kwargs["title"], kwargs["text"], kwargs["reference"])
        if public := kwargs.get("public_text"):
            kwargs["public_search"] = search.vector(kwargs.get("public_title", ""), public)
        return super()._create(model_class, *args, **kwargs)


class WorkOrderFactory(factory.django.DjangoModelFactory):
    """A unit's leading order for `petition`; give its `department` as well."""

    class Meta:
        model = WorkOrder

    class Params:
        petition = None

    matter_type = "petition"
    matter_id = factory.LazyAttribute(lambda order: order.petition.pk)
    reference = factory.LazyAttribute(lambda order: order.petition.reference)
    title = factory.LazyAttribute(lambda order: order.petition.title)
    area = factory.LazyAttribute(lambda order: order.petition.area)
    kind = "lead"
    service = "claim"
    urgency = "ordinary"
    assigned_at = factory.LazyFunction(timezone.now)
    sign_due_at = factory.SelfAttribute("assigned_at")
    return_until = factory.SelfAttribute("assigned_at")
    internal_due_at = factory.SelfAttribute("assigned_at")


def put_into(petition: Petition, state: str) -> None:
    """Set a petition's state behind the actions' back, with what the database demands of that state."""
    now = timezone.now()
    Petition.objects.filter(pk=petition.pk).update(
        state=state,
        ended_at=now if state in ENDED else None,
        decline_reason="x" if state == "declined" else "",
        decline_channel="x" if state == "declined" else "",
        merged_into=petition.pk if state == "merged" else None,
    )


def put_order_into(order: WorkOrder, state: str) -> None:
    """The same for a work order."""
    WorkOrder.objects.filter(pk=order.pk).update(state=state, closed_at=None if state in OPEN else timezone.now())
