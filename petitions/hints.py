"""What a resident may miss in a reply, said to those who write and sign it. A hint, never a block."""

from __future__ import annotations

from django.db.models import Q

from dispatch.models import Reply, ReplyState, WorkOrder
from dispatch.router.replycheck import reply_hints
from petitions.models import Petition
from petitions.reasons import sentence

ANSWERS = frozenset({"draft_reply", "reply"})  # moves after which hints are given
COMPARED = 100  # the unit's latest other replies, for copies


def hints_for(petition: Petition, order: WorkOrder, text: str) -> list[dict[str, str]]:
    """Return codes and sentences, the most important first; one SELECT."""
    signed = Q(order__department=order.department_id, state=ReplyState.SIGNED) & ~Q(order__matter_id=order.matter_id)
    rows = Reply.objects.filter(signed).order_by("-pk").values_list("order__reference", "text")[:COMPARED]
    question = f"{petition.title}\n{petition.text}"
    return [
        {"code": hint.code, "text": sentence({"code": hint.code, **hint.params})}
        for hint in reply_hints(question, text, rows)
    ]
