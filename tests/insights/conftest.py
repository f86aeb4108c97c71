"""A year in the small town, made by the actions with the clock passed in, at random but the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ConsentText
from accounts.queries import consent_texts, forget_consent_texts
from journal.refusals import Refused
from petitions import actions
from petitions.access import PETITIONER
from petitions.models import Petition
from tests.desks.conftest import _plain_static, sit  # noqa: F401, the same desk
from tests.walk import LIMIT

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TEXTS = (
    "学校门口的下水道堵了，一下雨就积水。",
    "路面坑洼不平，电动车难行。",
    "夜里噪音扰民，睡不着觉。",
    "小区里有一件事想反映。",
)


class Town:
    """Makes petitions and moves them on, each by whoever may."""

    def __init__(self, cast: Any, seed: int) -> None:
        self.cast, self.rng = cast, random.Random(seed)

    def submit(self, at: datetime) -> Petition:
        rng, cast = self.rng, self.cast
        area = rng.choice(["EB", "EB", "WB", "TG", "RS", "HS", "440310"])
        category = rng.choice(["drain", "drain", "road", "noise", None])
        intake = actions.Intake(
            text=rng.choice(TEXTS) + str(rng.random()),
            phone=f"138{rng.randint(0, 99_999_999):08d}",
            publish_consent=False,
            consent_version=consent_texts().version,
            area=cast.area[area],
            category=cast.category[category] if category else None,
            urgent=rng.random() < 0.2,
        )
        return actions.submit(intake=intake, by=None, now=at)

    def live(self, at: datetime) -> Petition:
        """One petition, from its first moment to wherever chance takes it."""
        petition = self.submit(at)
        for step in (self._triage, self._handle, self._judge):
            at += self.rng.choice([HOUR, 7 * HOUR, 2 * DAY])
            petition.refresh_from_db()
            if at > timezone.now() or self.rng.random() < 0.12:
                break
            try:
                step(petition, at)
            except Refused:  # it was not in a state for this: chance does not know
                break
        return petition

    def _triage(self, petition: Petition, at: datetime) -> None:
        cast, chance = self.cast, self.rng.random()
        if chance < 0.45:
            actions.route(petition=petition, now=at)
        elif chance < 0.55:
            actions.withdraw(petition=petition, by=PETITIONER, now=at, reason="已自行解决。")
        elif chance < 0.62:
            actions.decline(petition=petition, by=cast.dispatcher, now=at, reason="诉讼中。", channel="人民法院")
        else:
            actions.register(petition=petition, by=cast.dispatcher, now=at)
            units = self.rng.sample(["water", "road", "park"], self.rng.choice([1, 1, 1, 2]))
            actions.assign(petition=petition, units=[cast.unit[u] for u in units], by=cast.dispatcher, now=at)

    def _handle(self, petition: Petition, at: datetime) -> None:
        if petition.lead_unit is None:
            return
        if self.rng.random() < 0.2:
            others = [unit for code, unit in self.cast.unit.items() if code in ("road", "water")]
            unit = next(unit for unit in others if unit.pk != petition.lead_unit_id)
            actions.reassign(petition=petition, units=[unit], by=self.cast.dispatcher, now=at, note="职责不符。")
        for order in self._open(petition):
            who = {"water": ("handler", "head"), "road": ("road_handler", "road_head")}.get(order.department.code)
            if who is None:
                return
            handler, head = (getattr(self.cast, name) for name in who)
            actions.sign(order=order, by=handler, now=at)
            if self.rng.random() < 0.15:
                actions.request_return(order=order, by=handler, now=at + HOUR, reason="不属本单位。")
                later = at + 2 * HOUR
                actions.rule(order=order, kind="return", granted=True, by=self.cast.dispatcher, now=later)
                continue
            if self.rng.random() < 0.8:
                later = at + self.rng.choice([2, 20, 30]) * HOUR
                actions.contact(order=order, by=handler, now=later, note="已联系。")
            actions.reply(order=order, by=head, now=at + 3 * DAY, **LIMIT)

    def _open(self, petition: Petition) -> list[Any]:
        from dispatch.models import WorkOrder

        return list(WorkOrder.objects.of("petition", petition.pk).open())

    def _judge(self, petition: Petition, at: datetime) -> None:
        at += 4 * DAY
        actions.approve_reply(petition=petition, by=self.cast.dispatcher, now=at)
        result = self.rng.choice(["satisfied", "satisfied", "basically_satisfied", "dissatisfied", ""])
        if result:
            process = self.rng.choice(["satisfied", "dissatisfied"])
            actions.evaluate(
                petition=petition, by=PETITIONER, now=at + DAY, process=process, result=result, comment="如上。"
            )
        if self.rng.random() < 0.3:
            cast, later = self.cast, at + 2 * DAY
            actions.propose_exclusion(petition=petition, by=cast.dispatcher, now=later, reason="同一人重复评价。")
            if self.rng.random() < 0.7:
                actions.grant_exclusion(petition=petition, by=cast.supervisor, now=later, ruling="属实。")


@pytest.fixture
def town(cast: Any, settings: Any, _plain_static: None) -> Iterator[Town]:  # noqa: F811
    """Sixty petitions of the last five months, one of them restricted."""
    settings.ROUTER_MAY_ASSIGN, settings.ROUTER_CONFIDENCE = True, 0.1
    made, now = Town(cast, seed=11), timezone.now()
    ConsentText.objects.update(in_force_from=now - 400 * DAY)
    forget_consent_texts()
    for _ in range(60):
        made.live(now - timedelta(days=made.rng.uniform(0, 150)))
    actions.restrict(petition=made.submit(now - 3 * DAY), by=cast.dispatcher, now=now - 2 * DAY)
    yield made
    forget_consent_texts()
