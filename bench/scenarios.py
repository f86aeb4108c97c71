"""The requests of every scenario, prepared on one data set, and what each costs in SQL statements."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from accounts import keyset
from accounts.models import User
from accounts.queries import consent_texts
from bench.words import Writer
from dispatch.models import WorkOrder
from petitions.api import access_tokens
from petitions.api.commands import ORDER_COMMANDS, PETITION_COMMANDS
from petitions.models import Petition
from petitions.worklist import TABS

API = "/api/v1"
WORDS = {
    1: ("灯", "梯", "桩", "蚊"),
    2: ("路灯", "噪音", "堵塞", "门禁"),
    3: ("下水道", "电动车", "停车位", "挡土墙"),
    4: ("消防通道", "安全隐患", "人行天桥", "健身器材"),
}
SUBMISSIONS = 4000
ONE_BY_ONE = 150
Request = dict[str, Any]


def _get(path: str, token: str = "") -> Request:
    return {"method": "GET", "path": path, "headers": {"Authorization": token} if token else {}}


def _post(path: str, body: Any, token: str = "", **headers: str) -> Request:
    found = {"Authorization": token} if token else {}
    return {"method": "POST", "path": path, "body": body, "headers": {**found, **headers}}


def prepare(file: Path) -> dict[str, Any]:
    """Write {scenario: [requests]} to `file`; scenarios whose requests work only once hold as many as are used."""
    rng = random.Random()
    tokens = Tokens()
    found: dict[str, list[Request]] = {"submission": submissions(rng)}
    found.update(worklists(tokens))
    found.update(searches(tokens))
    found.update(single(rng, tokens))
    found.update(moves(tokens))
    file.write_text(json.dumps(found, ensure_ascii=False))
    return {"scenarios": len(found), "petitions": Petition.objects.count()}


class Tokens:
    """Knox tokens by user, each made once."""

    def __init__(self) -> None:
        self.made: dict[int, str] = {}

    def of(self, user: User | int | str) -> str:
        """Return the Authorization header of a user."""
        if isinstance(user, str):
            user = User.objects.get(username=user)
        pk = user if isinstance(user, int) else user.pk
        if pk not in self.made:
            _row, token = AuthToken.objects.create(User.objects.get(pk=pk))
            self.made[pk] = f"Token {token}"
        return self.made[pk]


def people() -> dict[str, Any]:
    """One header for each kind of person, and what the parameters of the addresses may name."""
    tokens = Tokens()
    usernames = ("dispatcher", "supervisor", "officer-liulian", "head-command", "deputy-liulian", "admin-security")
    some = Petition.objects.order_by("?")[:60]
    moves = sorted({*PETITION_COMMANDS, *ORDER_COMMANDS})
    return {
        "headers": {"nobody": "", **{name: tokens.of(name) for name in usernames}},
        "values": {
            "path.reference": [petition.reference for petition in some],
            "path.action": moves,
            "path.id": list(WorkOrder.objects.order_by("?").values_list("pk", flat=True)[:60]),
        },
    }


def submissions(rng: random.Random) -> list[Request]:
    """Petitions as a browser or an app sends them: with a place on the map, from many numbers."""
    writer, version = Writer(rng.randint(1, 10**6)), consent_texts().version
    found = []
    for number in range(SUBMISSIONS):
        title, text, _words = writer.petition()
        body = {
            "text": text,
            "title": title,
            "address": "三栋1201",
            "latitude": round(22.68 + rng.random() / 20, 6),
            "longitude": round(114.33 + rng.random() / 20, 6),
            "name": writer.name(),
            "phone": f"199{rng.randint(0, 99_999_999):08d}",
            "publish_consent": True,
            "consent_version": version,
        }
        found.append(_post(f"{API}/petitions/", body, Idempotency_Key=f"bench-{rng.getrandbits(64):x}-{number}"))
    return found


def _cursor_at(part: float, ordering: str = "-id") -> str:
    """Return the cursor of a page deep in the list."""
    name = ordering.lstrip("-")
    rows = Petition.objects.filter(**{f"{name}__isnull": False})
    first, last = rows.order_by(name).first(), rows.order_by(f"-{name}").first()
    assert first and last
    low, high = getattr(first, name), getattr(last, name)
    place = high - (high - low) * part if name != "id" else int(high - (high - low) * part)
    values = [place] if name == "id" else [place, last.pk]
    return keyset.write_cursor(False, values)


def worklists(tokens: Tokens) -> dict[str, list[Request]]:
    """Each tab for the district's dispatcher; the other roles; filters, orderings and deep pages."""
    row = Petition.objects.select_related("category", "lead_unit", "station").filter(lead_unit__isnull=False).last()
    assert row and row.category and row.lead_unit and row.station
    handler = row.lead_unit.memberships.filter(role="handler").first()
    resident = User.objects.get(username="resident")
    users: dict[str, Any] = {
        "dispatcher": "dispatcher",
        "sub-district's dispatcher": User.objects.filter(username__startswith="dispatcher-").first(),
        "supervisor": "supervisor",
        "officer": row.station.officer,
        "handler": handler.user if handler else None,
        "deputy": User.objects.filter(username__startswith="deputy-").first(),
        "resident": resident,
    }
    dispatcher = tokens.of("dispatcher")
    found = {f"tab {tab}": [_get(f"{API}/worklist/?tab={tab}", dispatcher)] for tab in TABS}
    for role, user in users.items():
        if user is not None:
            found[f"role {role}"] = [_get(f"{API}/worklist/", tokens.of(user))]
            found[f"role {role}, overdue"] = [_get(f"{API}/worklist/?tab=overdue", tokens.of(user))]
    queries = {
        "filter area": f"area={row.area.code}",
        "filter category": f"category={row.category.path.split('.')[0]}",
        "filter leaf category": f"category={row.category.code}&state=in_progress",
        "filter unit": f"department={row.lead_unit.code}",
        "filter station and state": f"station={row.station.code}&state=in_progress&state=assigned",
        "filter urgent": "urgency=urgent&state=in_progress",
        "filter time": f"submitted_before={quote(row.submitted_at.isoformat())}&kind=suggestion",
        "order due first": "tab=assigned&ordering=due_at",
        "order due first, all": "ordering=due_at",
        "order submitted": "ordering=-submitted_at",
        "order state since": "ordering=-state_since",
        "deep page": f"cursor={_cursor_at(0.8)}",
        "deep page, tab": f"tab=publication&cursor={_cursor_at(0.5)}",
        "deep page, by time": f"ordering=-submitted_at&cursor={_cursor_at(0.8, '-submitted_at')}",
    }
    found.update({f"{name}": [_get(f"{API}/worklist/?{query}", dispatcher)] for name, query in queries.items()})
    return found


def searches(tokens: Tokens) -> dict[str, list[Request]]:
    """Words of one to four characters, one that hardly occurs, and two together; staff and public."""
    dispatcher = tokens.of("dispatcher")
    found = {
        f"search {length} characters": [_get(f"{API}/worklist/?search={quote(w)}", dispatcher) for w in words]
        for length, words in WORDS.items()
    }
    reference = Petition.objects.order_by("id").values_list("reference", flat=True).first()
    found["search a reference"] = [_get(f"{API}/worklist/?search={reference}", dispatcher)]
    found["search nothing found"] = [_get(f"{API}/worklist/?search={quote('鲸鱼')}", dispatcher)]
    found["search two words"] = [_get(f"{API}/worklist/?search={quote('路灯 噪音')}", dispatcher)]
    found["search in a tab"] = [_get(f"{API}/worklist/?tab=assigned&search={quote('路灯')}", dispatcher)]
    officer = User.objects.filter(officer_of__isnull=False).first()
    assert officer
    found["search, officer"] = [_get(f"{API}/worklist/?search={quote('路灯')}", tokens.of(officer))]
    found["search, public"] = [_get(f"{API}/public/petitions/?search={quote(w)}") for w in WORDS[2]]
    return found


def single(rng: random.Random, tokens: Tokens) -> dict[str, list[Request]]:
    """One petition, for staff and for its resident; what everybody may read."""
    ids = list(Petition.objects.filter(lead_unit__isnull=False).order_by("-id").values_list("pk", flat=True)[:20000])
    chosen = list(Petition.objects.filter(pk__in=rng.sample(ids, min(300, len(ids)))).only("pk", "reference"))
    published = Petition.objects.published().order_by("-published_at")
    references = list(published.values_list("reference", flat=True)[:100])
    middle = published.values_list("published_at", "pk")[max(0, published.count() // 2 - 1)]
    deep = keyset.write_cursor(False, list(middle))
    dispatcher = tokens.of("dispatcher")
    return {
        "petition, staff": [_get(f"{API}/petitions/{p.reference}/", dispatcher) for p in chosen],
        "petition, resident": [
            _get(f"{API}/petitions/{p.reference}/", f"Bearer {access_tokens.issue(p)}") for p in chosen
        ],
        "public list": [_get(f"{API}/public/petitions/")],
        "public list, deep": [_get(f"{API}/public/petitions/?cursor={deep}")],
        "public petition": [_get(f"{API}/public/petitions/{reference}/") for reference in references],
        "work orders": [_get(f"{API}/work-orders/", dispatcher)],
    }


def moves(tokens: Tokens) -> dict[str, list[Request]]:
    """Moves of staff, each on another petition: they work once."""
    found: dict[str, list[Request]] = {"move sign": [], "move reply": [], "move register": [], "move assign": []}
    for order in _orders("assigned")[: 2 * ONE_BY_ONE]:
        if order.handler_id:
            found["move sign"].append(_move(order, "sign", {}, tokens.of(order.handler_id)))
    answer = {"text": "已到现场核实并处理完毕，感谢您的反映。" * 4, "result_class": "a"}
    for order in _orders("signed", petition="in_progress")[: 2 * ONE_BY_ONE]:
        head = order.department.memberships.filter(role="head").first()
        if head:
            found["move reply"].append(_move(order, "reply", answer, tokens.of(head.user_id)))
    dispatcher = tokens.of("dispatcher")
    unit = WorkOrder.objects.select_related("department").last().department.code  # type: ignore[union-attr]
    for name, state, body in (("register", "submitted", {}), ("assign", "registered", {"units": [unit]})):
        rows = Petition.objects.filter(state=state, restricted=False).order_by("-id")[: 2 * ONE_BY_ONE]
        found[f"move {name}"] = [
            _post(f"{API}/petitions/{p.reference}/actions/{name}/", body, dispatcher) for p in rows
        ]
    return found


def _orders(state: str, petition: str = "") -> Iterable[WorkOrder]:
    orders = WorkOrder.objects.filter(state=state, kind="lead").select_related("department").order_by("-id")
    if petition:
        orders = orders.filter(matter_id__in=Petition.objects.filter(state=petition).values("pk"))
    return orders


def _move(order: WorkOrder, action: str, body: Any, token: str) -> Request:
    return _post(f"{API}/work-orders/{order.pk}/actions/{action}/", body, token)


def statements(file: Path) -> dict[str, Any]:
    """Return {scenario: statements}; transaction control is not counted, savepoints are."""
    found: dict[str, list[Request]] = json.loads(file.read_text())
    client, counted = Client(HTTP_HOST="localhost"), {}
    for name, requests in found.items():
        if not requests:
            continue
        for request in requests[-2:]:  # the last but one warms what a process keeps
            with CaptureQueriesContext(connection) as caught:
                answer = _call(client, request)
        counted[name] = len(caught) if answer < 300 else -answer
    return counted


def _call(client: Client, request: Request) -> int:
    headers = {name.replace("_", "-"): value for name, value in request["headers"].items()}
    headers["X-Forwarded-For"] = f"10.9.8.{time.monotonic_ns() % 251}"
    send: Callable[..., Any] = client.post if request["method"] == "POST" else client.get
    extra = {"data": json.dumps(request["body"]), "content_type": "application/json"} if "body" in request else {}
    return int(send(request["path"], headers=headers, **extra).status_code)
