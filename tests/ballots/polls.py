"""Polls for the tests: an appraisal, a decision on several projects, a choice among cases."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ballots import actions
from ballots.models import Poll

APPRAISAL = [
    {"code": "satisfied", "label": "满意", "label_en": "Satisfied"},
    {"code": "basically", "label": "基本满意", "label_en": "Basically satisfied"},
    {"code": "dissatisfied", "label": "不满意", "label_en": "Dissatisfied"},
]
DECISION = [
    {"code": "for", "label": "赞成", "label_en": "For"},
    {"code": "against", "label": "反对", "label_en": "Against"},
    {"code": "abstain", "label": "弃权", "label_en": "Abstain"},
]
ONE = [{"code": "report", "label": "述职报告", "label_en": "Duty report"}]
PROJECTS = [{"code": f"p{n}", "label": f"项目{n}", "label_en": f"Project {n}"} for n in (1, 2, 3)]


def a_poll(**changes: Any) -> Poll:
    """An appraisal that needs three votes, open unless told otherwise."""
    opened = changes.pop("opened", True)
    values = {
        "subject_type": "test",
        "subject_id": 1,
        "question": "您对述职报告的评价",
        "question_en": "What do you say to the duty report?",
        "items": ONE,
        "options": APPRAISAL,
        "minimum": 3,
        **changes,
    }
    poll = actions.create_poll(**values)
    return actions.open_poll(poll=poll, now=timezone.now()) if opened else poll


def close(poll: Poll) -> Poll:
    """Count it."""
    return actions.close_poll(poll=poll, now=timezone.now())
