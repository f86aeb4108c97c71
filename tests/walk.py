"""A petition's walk through the API, as the people of the cast make it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.queries import consent_texts
from dispatch.models import WorkOrder
from petitions import actions
from petitions.models import Petition
from tests.cast import RESIDENT_PHONE, Cast

TEXT = "学校门口的下水道堵了，一下雨就积水，孩子们只能踩着水进校门。"
LIMIT = {"text": "下周一前清淤，并更换三处井盖。", "result_class": "a"}


class Walk:
    """Makes moves through HTTP and keeps the reference and the access token."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.reference, self.access = cast, "", ""

    # --- callers

    def api(self, who: str | None = None) -> APIClient:
        """A client signed in as one of the cast, or nobody."""
        client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
        if who:
            client.force_authenticate(getattr(self.cast, who))
        return client

    def holder(self) -> APIClient:
        """A client with the petition's access token."""
        return APIClient(HTTP_ACCEPT_LANGUAGE="en", HTTP_AUTHORIZATION=f"Bearer {self.access}")

    # --- single moves; each returns the response

    def payload(self, **changes: Any) -> dict[str, Any]:
        """A submission that is accepted; `None` leaves a field out."""
        values = {
            "text": TEXT,
            "phone": RESIDENT_PHONE,
            "area": "EB",
            "publish_consent": True,
            "consent_version": consent_texts().version,
            **changes,
        }
        return {name: value for name, value in values.items() if value is not None}

    def submit(self, who: str | None = None, *, headers: dict[str, str] | None = None, **changes: Any) -> Any:
        response = self.api(who).post("/api/v1/petitions/", self.payload(**changes), format="json", headers=headers)
        if response.status_code == 201:
            body = response.json()
            self.reference, self.access = body["reference"], body["access"]
        return response

    def act(self, who: str, action: str, **values: Any) -> Any:
        """A move on the petition."""
        return self.api(who).post(f"/api/v1/petitions/{self.reference}/actions/{action}/", values, format="json")

    def order_act(self, who: str, action: str, order: WorkOrder | None = None, **values: Any) -> Any:
        """A move on a work order; the leading one unless another is given."""
        order = order or self.order
        return self.api(who).post(f"/api/v1/work-orders/{order.pk}/actions/{action}/", values, format="json")

    def mine(self, move: str, **values: Any) -> Any:
        """A move of the petitioner's, with the access token."""
        return self.holder().post(f"/api/v1/petitions/{self.reference}/{move}/", values, format="json")

    # --- where things are

    @property
    def petition(self) -> Petition:
        return Petition.objects.get(reference=self.reference)

    @property
    def order(self) -> WorkOrder:
        """The latest leading order."""
        return WorkOrder.objects.of("petition", self.petition.pk).exclude(kind="co").order_by("-pk")[0]

    def order_of(self, unit: str) -> WorkOrder:
        """The latest order of a unit."""
        return WorkOrder.objects.of("petition", self.petition.pk).filter(department__code=unit).order_by("-pk")[0]

    def actions_so_far(self) -> list[str]:
        """The journal's actions, the oldest first."""
        from journal.models import Entry

        return list(Entry.objects.filter(matter_id=self.petition.pk).order_by("id").values_list("action", flat=True))

    # --- the walk

    def to(self, state: str) -> Walk:
        """Walk the straight way to a state."""
        for reached, step in self._steps():
            assert_ok(step())
            assert self.petition.state == reached, f"wanted {reached}, is {self.petition.state}"
            if reached == state:
                return self
        raise ValueError(f"the straight way does not pass {state}")

    def _steps(self) -> list[tuple[str, Any]]:
        evaluation = {"process": "satisfied", "result": "satisfied"}
        return [
            ("submitted", lambda: self.submit()),
            ("registered", lambda: self.act("officer", "register")),
            ("assigned", lambda: self.act("dispatcher", "assign", units=["water"])),
            ("in_progress", lambda: self.order_act("handler", "sign")),
            ("replied", lambda: self.order_act("head", "reply", **LIMIT)),
            ("awaiting_evaluation", lambda: self.act("officer", "approve_reply")),
            ("concluded", lambda: self.mine("evaluate", **evaluation)),
        ]

    def route(self) -> Petition:
        """Let the router look at it, as the worker would."""
        return actions.route(petition=self.petition, now=timezone.now())


def assert_ok(response: Any) -> Any:
    """Fail with the problem document when a step was refused."""
    assert response.status_code in (200, 201), response.content.decode()
    return response
