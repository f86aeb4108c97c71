"""The main job, walked over HTTP as its people would, from submission to conclusion."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import altcha
import requests

from accounts import second_factor

TIMEOUT = 15  # seconds for one request
ROUTED_WITHIN = 30  # seconds for the worker to route
TOTP_STEP = 30  # seconds; a code counts once, so that a second walk waits for the next
CATEGORY = "C030301"  # building work outside the hours allowed
PHONE = "13900001234"
TEXT = "小区旁边的工地夜里十二点以后还在打桩，老人和孩子睡不着觉，请管一管施工时间。"
REPLY = "已到工地核实，责令夜间停止打桩，并安排两周夜间巡查。如有反复，可随时联系巡查科，工作日可来电。"


class SmokeFailed(Exception):
    """A step went wrong; `step` names it."""

    def __init__(self, step: str, why: str) -> None:
        super().__init__(f"{step}: {why}")
        self.step = step


@dataclass
class Walk:
    """One walk. `say` is called with the name of each step as it is done."""

    url: str
    accounts: dict[str, dict[str, Any]]
    language: str = "zh-hans"
    say: Callable[[str], None] = lambda step: None
    tokens: dict[str, str] = field(default_factory=dict)
    accepted: dict[str, Any] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Walk the whole way; return the petition as its petitioner follows it at the end.

        Raises SmokeFailed with the step that went wrong.
        """
        for step, walk in self._steps():
            try:
                walk()
            except SmokeFailed:
                raise
            except requests.RequestException as error:
                raise SmokeFailed(step, type(error).__name__) from error
            except (KeyError, LookupError, TypeError, ValueError) as error:
                raise SmokeFailed(step, f"an answer that was not foreseen ({error!r})") from error
            self.say(step)
        return self._followed("concluded")

    def _steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "ready", self._ready
        yield "submit", self._submit
        yield "routed", self._routed
        yield "signed", self._sign
        yield "replied", self._reply
        yield "checked", self._check
        yield "evaluated", self._evaluate
        yield "concluded", self._concluded

    # --- steps

    def _ready(self) -> None:
        deadline = time.monotonic() + ROUTED_WITHIN
        while (answer := requests.get(f"{self.url}/readyz", timeout=TIMEOUT)).status_code != 200:
            if time.monotonic() > deadline:
                raise SmokeFailed("ready", f"/readyz answers {answer.status_code}: {answer.text[:400]}")
            time.sleep(0.5)

    def _submit(self) -> None:
        body = {
            "text": TEXT,
            "phone": PHONE,
            "category": CATEGORY,
            "area": self._area(),
            "publish_consent": True,
            "consent_version": self._call("submit", "get", "consent-texts/")["version"],
        }
        answer = self._send("post", "petitions/", body)
        if answer.status_code == 400 and any(e["field"] == "altcha" for e in answer.json()["errors"]):
            body["altcha"] = solve(self._call("submit", "get", "challenge/"))
            answer = self._send("post", "petitions/", body)
        self.accepted = self._read("submit", answer, 201)

    def _area(self) -> str:
        """The community whose station's officer comes first among the accounts."""
        station = next(account["unit_code"] for account in self.accounts.values() if account["role"] == "officer")
        rows = self._call("submit", "get", "public/stations/?page_size=100")["results"]
        return str(next(row["area"] for row in rows if row["code"] == station))

    def _routed(self) -> None:
        """Wait for the worker; when it leaves the case to a person, the dispatcher takes its first candidate."""
        deadline = time.monotonic() + ROUTED_WITHIN
        while not (routing := self._detail("routed", "dispatcher").get("routing")):
            if time.monotonic() > deadline:
                raise SmokeFailed("routed", f"no worker routed it within {ROUTED_WITHIN} seconds")
            time.sleep(0.3)
        if not routing["assigned"]:
            best = routing["departments"][0]["code"]
            self._move("routed", "dispatcher", "assign", {"units": [best]})

    def _sign(self) -> None:
        self._order_move("signed", "handler", "sign")
        self._order_move("signed", "handler", "contact", {"note": "已电话联系，了解施工时段。"})

    def _reply(self) -> None:
        promised = (date.today() + timedelta(days=14)).isoformat()  # noqa: DTZ011 - a promise is a date
        values = {"text": REPLY, "result_class": "b", "promised_on": promised}
        self._order_move("replied", "head", "reply", values)

    def _check(self) -> None:
        self._move("checked", self._username("officer"), "approve_reply")

    def _evaluate(self) -> None:
        reference, tail = self.accepted["reference"], {"phone_tail": PHONE[-4:]}
        seen = self._call("evaluated", "post", f"petitions/{reference}/follow/", tail)
        if not seen["can_evaluate"]:
            raise SmokeFailed("evaluated", f"the resident cannot evaluate in state {seen['state']}")
        rating = {"process": "satisfied", "result": "satisfied", "comment": "这几天夜里安静了，谢谢。"}
        self._call("evaluated", "post", f"petitions/{reference}/evaluate/", rating, bearer=seen["access"])

    def _concluded(self) -> None:
        state = self._followed("concluded")["state"]
        if state != "concluded":
            raise SmokeFailed("concluded", f"the petition is {state}")

    # --- calls

    def _followed(self, step: str) -> dict[str, Any]:
        path = f"petitions/{self.accepted['reference']}/"
        answer: dict[str, Any] = self._call(step, "get", path, bearer=self.accepted["access"])
        return answer

    def _detail(self, step: str, username: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._call(step, "get", f"petitions/{self.accepted['reference']}/", user=username)
        return answer

    def _move(self, step: str, username: str, move: str, values: dict[str, Any] | None = None) -> None:
        self._call(step, "post", f"petitions/{self.accepted['reference']}/actions/{move}/", values or {}, user=username)

    def _order_move(self, step: str, role: str, move: str, values: dict[str, Any] | None = None) -> None:
        """A move of the leading unit's handler or head on its order."""
        orders = self._call(
            step, "get", f"work-orders/?reference={self.accepted['reference']}&kind=lead", user="dispatcher"
        )
        order = orders["results"][0]
        username = self._username(role, order["department"]["code"])
        self._call(step, "post", f"work-orders/{order['id']}/actions/{move}/", values or {}, user=username)

    def _username(self, role: str, unit: str = "") -> str:
        for name, account in self.accounts.items():
            if account["role"] == role and (not unit or account["unit_code"] == unit):
                return name
        raise LookupError(f"no demo account for {role} {unit}")

    def _call(
        self,
        step: str,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        user: str = "",
        bearer: str = "",
    ) -> Any:
        headers = {}
        if user:
            headers["Authorization"] = f"Token {self._token(step, user)}"
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return self._read(step, self._send(method, path, body, headers), 200)

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        everything = {"Accept-Language": self.language, **(headers or {})}
        return requests.request(method, f"{self.url}/api/v1/{path}", json=body, headers=everything, timeout=TIMEOUT)

    def _read(self, step: str, answer: requests.Response, expect: int) -> Any:
        if answer.status_code != expect:
            asked = f"{answer.request.method} {answer.request.path_url}"
            raise SmokeFailed(step, f"{asked} answers {answer.status_code}: {answer.text[:400]}")
        return answer.json()

    def _token(self, step: str, username: str) -> str:
        """Sign in once; a code that was used already is followed by the next one."""
        if username in self.tokens:
            return self.tokens[username]
        account = self.accounts[username]
        for _attempt in range(2):
            counter = int(time.time()) // TOTP_STEP
            body = {
                "username": username,
                "password": account["password"],
                "code": second_factor.code_at(account["totp_secret"], counter),
            }
            answer = requests.post(f"{self.url}/api/v1/auth/token/", json=body, timeout=TIMEOUT)
            if answer.status_code == 200:
                self.tokens[username] = answer.json()["token"]
                return self.tokens[username]
            time.sleep((counter + 1) * TOTP_STEP - time.time() + 0.2)
        raise SmokeFailed(step, f"{username} cannot sign in: {answer.status_code} {answer.text[:300]}")


def load_accounts(path: Path) -> dict[str, dict[str, Any]]:
    """Return the demo accounts by user name. Raises SmokeFailed when there are none."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["accounts"]
    except (OSError, ValueError, KeyError) as error:
        raise SmokeFailed("accounts", f"no demo accounts in {path}: run manage.py createdemo") from error
    return {row["username"]: row for row in rows}


def solve(challenge: dict[str, Any]) -> str:
    """Return the proof of work for a challenge, as a browser finds it."""
    read = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(read)
    if solution is None:
        raise SmokeFailed("submit", "the proof of work was not found in time")
    return altcha.Payload(read, solution).to_base64()
