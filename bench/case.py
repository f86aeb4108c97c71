"""One petition of the data set: where it is, how it came there, and the rows that say so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from bench.tables import reference
from directory.models import Category

if TYPE_CHECKING:
    from bench.dataset import Maker, Place

ENTRIES_EACH = 12  # numbers set aside for a petition's journal rows
CHANNELS = ("web",) * 5 + ("api", "qr", "station", "station", "phone", "deputy")
PATH: dict[str, tuple[str, ...]] = {
    "submitted": (),
    "registered": ("register",),
    "assigned": ("register", "assign"),
    "in_progress": ("register", "assign", "sign", "contact"),
    "replied": ("register", "assign", "sign", "contact", "reply"),
    "awaiting_evaluation": ("register", "assign", "sign", "contact", "reply", "approve_reply"),
    "rework": ("register", "assign", "sign", "contact", "reply", "approve_reply", "evaluate"),
    "concluded": ("register", "assign", "sign", "contact", "reply", "approve_reply", "evaluate"),
    "archived": ("register", "assign", "sign", "contact", "reply", "approve_reply", "evaluate", "archive"),
    "declined": ("register", "decline"),
    "withdrawn": ("register", "withdraw"),
}
LEADS_TO = {
    "register": "registered", "assign": "assigned", "sign": "in_progress", "reply": "replied",
    "approve_reply": "awaiting_evaluation", "archive": "archived", "decline": "declined", "withdraw": "withdrawn",
}  # fmt: skip
WHO = {"assign": "system", "register": "system", "sign": "handler", "contact": "handler", "reply": "head",
       "approve_reply": "officer", "decline": "dispatcher", "evaluate": "resident", "withdraw": "resident",
       "archive": "system"}  # fmt: skip


class Case:
    """One petition on its way into the tables."""

    def __init__(
        self, maker: Maker, pk: int, number: int, state: str, submitted: datetime, place: Place,
        category: Category, restricted: bool, lead: Any,
    ) -> None:  # fmt: skip
        self.maker, self.pk, self.number, self.state, self.submitted = maker, pk, number, state, submitted
        self.place, self.category, self.restricted, self.lead = place, category, restricted, lead
        self.rng = maker.rng
        self.order = pk * 2 if lead is not None else 0
        self.reference = reference(number)
        self.urgency = self.rng.choices(("ordinary", "urgent", "complex"), (90, 5, 5))[0]
        self.kind = "accusation" if restricted else self.rng.choice(("claim", "claim", "claim", "suggestion"))
        self.rating = self.rng.choices(("satisfied", "basically_satisfied", "dissatisfied"), (70, 22, 8))[0]
        self.times: dict[str, datetime] = {"submit": submitted}
        at = submitted
        for action in PATH[state]:
            at = at + timedelta(seconds=self.rng.randint(1, 3) * 3600 * (24 if action == "archive" else 6))
            self.times[action] = min(at, maker.now - timedelta(seconds=1))

    def write(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        """Append everything."""
        self._contact(rows)
        self._petition(rows)
        if self.lead is not None:
            self._order(rows)
        if self.state != "submitted":
            self._routing(rows)
        self._journal(rows["journal_entry"])

    def _contact(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        name, phone, index = self.maker.people[int(len(self.maker.people) * self.rng.random() ** 1.5)]
        rows["accounts_contact"].append((self.pk, name, phone, index, "zh-hans", self.submitted))
        for offset, kind in enumerate(("processing", "sharing", "publication")):
            row = (self.pk * 3 + offset, self.pk, kind, self.maker.version, True, self.submitted)
            rows["accounts_consent"].append(row)

    def _petition(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        rng, now = self.rng, self.maker.now
        title, text, words = self.maker.writer.petition()
        words |= {self.reference.lower()}
        times, done = self.times, self.state in ("archived", "concluded", "declined", "withdrawn")
        due = None if done else self.maker.midnight + timedelta(days=rng.randint(-2, 10))  # where a limit ends
        published = done and self.state in ("archived", "concluded") and not self.restricted and rng.random() < 0.25
        publication = "published" if published else rng.choice(("private", "private", "consented"))
        if self.restricted or (done and publication == "consented" and rng.random() < 0.95):
            publication = "private"
        rows["petitions_petition"].append(
            (
                self.pk, None if done else now + timedelta(days=rng.randint(3, 30), seconds=self.number % 86400),
                "[]", self.reference, self.state, max(times.values()), self.kind, self.urgency, rng.choice(CHANNELS),
                self.restricted, title, text, f"{rng.choice('一二三四五')}栋{rng.randint(101, 2900)}",
                round(22.68 + rng.random() / 10, 6), round(114.3 + rng.random() / 10, 6), self.category.pk,
                self.place.area.pk, self.place.station, self.place.deputy if rng.random() < 0.05 else None, self.pk,
                self.submitted, times.get("register"), None if self.state == "submitted" else times["register"],
                times.get("reply"), max(times.values()) if done else None, due,
                self.lead.pk if self.lead is not None else None,
                "不属于受理范围" if self.state == "declined" else "", "人民法院" if self.state == "declined" else "",
                1 if self.state == "rework" else 0, self._result(),
                now if self.state == "in_progress" and rng.random() < 0.02 else None, publication,
                title if published else "", text[:300] if published else "", max(times.values()) if published else None,
                "", " ".join(f"'{word}'" for word in words),
            )
        )  # fmt: skip

    def _result(self) -> str:
        if "evaluate" not in self.times:
            return ""
        return "dissatisfied" if self.state == "rework" else self.rating

    def _order(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        rng, now, times = self.rng, self.maker.now, self.times
        at = times["assign"]
        state = {"assigned": "assigned", "in_progress": "signed", "rework": "signed"}.get(self.state, "replied")
        if state == "signed" and rng.random() < 0.06:
            state = rng.choice(("pending_ledger", "return_requested"))
        still = state != "replied"
        staff = self.maker.members.get(self.lead.pk, {})
        handler, head = staff.get("handler"), staff.get("head") or self.maker.dispatcher
        rows["dispatch_workorder"].append(
            (
                self.order, now + timedelta(days=rng.randint(3, 30), seconds=self.number % 86400) if still else None,
                "[]", "petition", self.pk, self.reference, self.reference, self.place.area.pk, self.lead.pk, "lead", 1,
                state, self.kind, self.urgency, handler, False, at, at + timedelta(days=1), at + timedelta(days=1),
                at + timedelta(days=2), self._midnight(max(at, now) if still else at),
                times.get("sign"), times.get("contact"), times.get("reply"), None, 0, 0,
            )
        )  # fmt: skip
        if state == "return_requested":
            row = (
                self.order, self.order, "return", "open", "不属于本单位职责", None, handler or head, now,
                now + timedelta(days=30), "",
            )  # fmt: skip
            rows["dispatch_request"].append(row)
        if "reply" in times:
            row = (
                self.order, self.order, "signed", self.maker.writer.reply(), "a", handler or head, times["reply"], head,
                times["reply"],
            )  # fmt: skip
            rows["dispatch_reply"].append(row)
        if "evaluate" in times:
            rows["petitions_evaluation"].append(
                (self.pk, self.pk, 1, self.rating, self._result(), "", times["evaluate"])
            )

    def _midnight(self, at: datetime) -> datetime:
        """Where the limit of seven days ends that began then."""
        return self.maker.midnight + timedelta(days=(at - self.maker.midnight).days + 7)

    def _routing(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        code = self.lead.code if self.lead is not None else self.place.area.code
        kinds, candidates = _views(self.category.code, self.place.area.code, code)
        rows["petitions_routing"].append((self.pk, self.times["register"], "rules-1", kinds, candidates, True))

    def _journal(self, rows: list[tuple[Any, ...]]) -> None:
        previous, before = "", ""
        staff = self.maker.members.get(self.lead.pk, {}) if self.lead is not None else {}
        for step, (action, at) in enumerate(self.times.items()):
            state = {"submit": "submitted", "evaluate": self._after_evaluation()}.get(action) or LEADS_TO.get(
                action, ""
            )
            kind = WHO.get(action, "resident")
            actor = staff.get(kind) if kind in ("handler", "head") else None
            data = jsonb(self._data(action))
            row = [
                self.pk * ENTRIES_EACH + step, "petition", self.pk, action, at, actor, kind, before if state else "",
                state, "", data, "public" if action in ("submit", "assign") else "petitioner",
            ]  # fmt: skip
            previous = _digest(previous, row)
            rows.append((*row, previous))
            before = state or before

    def _after_evaluation(self) -> str:
        return "rework" if self.state == "rework" else "concluded"

    def _data(self, action: str) -> dict[str, Any]:
        if action == "submit":
            return {"channel": "web", "restricted": self.restricted}
        if action == "assign":
            return {"units": [self.lead.code], "co_units": [], "due_at": self.times["assign"].isoformat()}
        if action in ("sign", "contact", "reply"):
            return {"order": self.order, "unit": self.lead.code, "kind": "lead"}
        if action == "approve_reply":
            return {"replies": [self.order]}
        if action == "decline":
            return {"channel": "人民法院"}
        return {}


@cache
def _views(category: str, area: str, unit: str) -> tuple[str, str]:
    """The router's candidates, as JSON."""
    reasons = [{"code": "rule", "rule": 17, "category": category, "area": area}]
    candidate = {"score": 0.87, "reasons": reasons, "co_units": []}
    return jsonb([{"code": category, **candidate}] * 3), jsonb([{"code": unit, **candidate}] * 3)


def _digest(previous: str, row: Sequence[Any]) -> str:
    """What the journal's trigger computes (journal.models.DIGEST_SQL)."""
    pk, matter_type, matter, action, at, actor, kind, before, after, note, data, visibility = row
    parts = (
        previous, pk, matter_type, matter, action, f"{int(at.timestamp())}.000000", actor or 0, kind, before, after,
        visibility, note, data,
    )  # fmt: skip
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def jsonb(value: Any) -> str:
    """Return a value as PostgreSQL writes jsonb out: shorter names first, a space after each sign."""
    if isinstance(value, dict):
        ordered = sorted(value.items(), key=lambda item: (len(item[0]), item[0]))
        return "{" + ", ".join([f'"{k}": {jsonb(v)}' for k, v in ordered]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(jsonb, value)) + "]"
    if isinstance(value, str):
        return f'"{value}"'  # codes and times: nothing in them to escape
    return json.dumps(value)
