"""Kill parts of a running portal at random while petitions come in, then audit the database: `make chaos`.

    python -m bench.chaos [--submissions 10000] [--seed 1] [--connections 4] [--pause 10] [--json]

Web server, workers, timetable, PostgreSQL and Redis of its own; one of them after the other is killed (SIGKILL;
PostgreSQL by a fast or an immediate shutdown) and started again, as systemd would. Which and when follows from the
seed. The senders do as a patient client does: what was not answered is sent again with the same Idempotency-Key.
Meanwhile staff register and assign every tenth petition, and three weeks pass for its order, so that the clock's
sweeps have work too.

Afterwards every accepted reference must be stored once, routed once and told of once, each journal be complete and
unbroken, and each clock stand where the rules say. The exit code is 1 when anything is not so.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

import django

django.setup()

import requests  # noqa: E402

from liaison.celery import LEARNING, QUEUES  # noqa: E402
from liaison.embedded import servers  # noqa: E402
from tests.faults.portal import Portal, Postgres, Redis, environment, free_port, inside, until  # noqa: E402

SETTLED = 900  # seconds after the last submission until all is routed, placed and told of
EVERY_NTH = 10
# What staff have assigned before the router came is theirs: it looks at no such petition any more.
UNROUTED = "p.routed_at IS NULL AND p.state IN ('submitted', 'registered')"
WHAT = [
    "路灯不亮",
    "下水道堵了",
    "路面有坑",
    "垃圾没人清运",
    "夜里施工噪音大",
    "井盖破了",
    "楼道漏水",
    "公交站牌看不清",
]
WHERE = ["学校门口", "菜市场旁边", "三号楼前", "河边步道", "地铁口", "小区北门", "社区医院外", "停车场入口"]
WHY = ["孩子走路很不安全", "老人已经摔过一次", "反映过几次没有人来", "一下雨更严重", "影响大家休息", "希望尽快处理"]
INSTANTS = ("alert_at", "assigned_at", "sign_due_at", "contact_due_at", "return_until", "internal_due_at")


@dataclass
class Tally:
    """What the senders met."""

    accepted: dict[int, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    assigned: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)


def main() -> int:
    """Run, audit, print; return 1 when something was lost, done twice or forgotten."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--pause", type=float, default=10, help="most seconds between one kill and the next")
    parser.add_argument("--json", action="store_true", help="the last line is JSON")
    options = parser.parse_args()
    began = time.monotonic()
    with ground(f"seed{options.seed}") as portal:
        tally = chaos(portal, options)
        sent = time.monotonic()
        settle(portal, options.submissions)
        told: dict[str, Any] = {
            "seed": options.seed,
            "submissions": options.submissions,
            "kills": dict(sorted(tally.killed.items())),
            "refused_and_sent_again": dict(sorted(tally.refused.items())),
            "assigned_by_staff": len(tally.assigned),
            "seconds_sending": round(sent - began),
            "seconds_until_settled": round(time.monotonic() - sent),
        }
        wrong = audit(portal, tally, options.submissions)
    told |= {"wrong": wrong, "passed": not any(wrong.values())}
    for name, value in told.items():
        print(f"{name:26} {value}")
    if options.json:
        print(json.dumps(told))
    return 0 if told["passed"] else 1


@contextmanager
def ground(name: str) -> Iterator[Portal]:
    """A portal on servers of its own, which writes to the disk as in earnest; all of it is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"liaison-chaos-{name}-"))
    folder.chmod(0o755)  # the database server runs under another account
    redis = Redis(folder)
    redis.start()
    postgres = Postgres(folder / "var", fast=False)
    try:
        base = postgres.connect("postgres")
        with base.cursor() as cursor:
            cursor.execute("CREATE DATABASE chaos")
        base.close()
        facts = inside(environment(redis, postgres, "chaos", folder), "build")
        portal = Portal(redis=redis, postgres=postgres, database="chaos", facts=facts, folder=folder)
        try:
            yield portal
        finally:
            portal.stop()
    finally:
        redis.stop()
        servers.leave(places=postgres.places)
        for left in (folder, postgres.places.elsewhere, postgres.places.sockets):
            if left is not None:
                shutil.rmtree(left, ignore_errors=True)


def chaos(portal: Portal, options: argparse.Namespace) -> Tally:
    """Send all submissions while parts are killed; return once every one was accepted.

    Processes are started by this thread alone: they end with the thread that started them.
    """
    rng, tally, port = random.Random(options.seed), Tally(), free_port()
    start = {
        "web": lambda: portal.start_web(port=port, workers=2, wait=False),
        "worker": lambda: portal.start_worker("worker", 2, wait=False, queues=[q for q in QUEUES if q != LEARNING]),
        "learner": lambda: portal.start_worker("learner", 1, wait=False, queues=[LEARNING]),
        "beat": portal.start_beat,
    }
    for begin in start.values():
        begin()
    until(portal.answers, "the portal answers")
    waiting: queue.Queue[int] = queue.Queue()
    for number in range(options.submissions):
        waiting.put(number)
    work: queue.Queue[str] = queue.Queue()
    senders = [
        threading.Thread(target=send, args=(portal, waiting, work, tally, options.seed), daemon=True)
        for _ in range(options.connections)
    ]
    clerk = threading.Thread(target=staff, args=(portal, work, tally), daemon=True)
    for thread in (*senders, clerk):
        thread.start()
    parts = ["web", "web", "web worker", "worker", "worker", "pool process", "learner", "beat", "redis", "postgres"]
    while any(thread.is_alive() for thread in senders):
        pause = time.monotonic() + rng.uniform(options.pause / 3, options.pause)
        while time.monotonic() < pause and any(thread.is_alive() for thread in senders):
            time.sleep(0.2)
        part, outage = rng.choice(parts), rng.uniform(0.2, 2.0)
        how = rng.choice([signal.SIGINT, signal.SIGQUIT])
        struck = time.monotonic()
        strike(portal, part, outage, how, start)
        tally.killed[part] += 1
        until(lambda: back(portal, start), "service comes back by itself")
        gone = time.monotonic() - struck
        say(f"{len(tally.accepted)} accepted, {len(tally.assigned)} assigned; {part} killed, back in {gone:.1f} s")
    work.put("")
    clerk.join()
    return tally


def strike(portal: Portal, part: str, outage: float, how: signal.Signals, start: dict[str, Any]) -> None:
    """Kill one part, leave it dead for a while, start it again."""
    if part == "postgres":
        portal.postgres.restart(outage, how)
    elif part == "redis":
        portal.redis.stop()
        time.sleep(outage)
        portal.redis.start()
    elif part in ("web worker", "pool process"):  # its own master starts another
        portal.kill_child("web" if part == "web worker" else "worker")
    else:
        portal.kill(part)
        time.sleep(outage)
        start[part]()


def back(portal: Portal, start: dict[str, Any]) -> bool:
    """Whether the portal answers again; whoever did not survive somebody else's end is started as well."""
    for name in list(portal.company.members):
        if portal.company.members[name].poll() is not None:
            say(f"{name} had ended by itself")
            portal.company.members.pop(name)
            start[name]()
    try:
        return requests.get(f"{portal.address}/healthz", timeout=10).ok
    except requests.RequestException:
        return False


def send(portal: Portal, waiting: queue.Queue[int], work: queue.Queue[str], tally: Tally, seed: int) -> None:
    """Send what waits, each until it is accepted."""
    session = portal.client()
    while True:
        try:
            number = waiting.get_nowait()
        except queue.Empty:
            return
        rng = random.Random(f"{seed} {number}")
        values = {
            "text": f"{rng.choice(WHERE)}{rng.randrange(1, 400)}号附近{rng.choice(WHAT)}，{rng.choice(WHY)}。",
            "phone": f"139{number:08d}",
            "area": rng.choice(["EB", "WB", "TG"]),
            "publish_consent": False,
            "consent_version": portal.facts["consent"],
        }
        while number not in tally.accepted:
            reason = attempt(session, portal.address, values, f"chaos-{seed}-{number}", tally, number)
            if reason:
                tally.refused[reason] += 1
                time.sleep(0.3)
        if number % EVERY_NTH == 0:
            work.put(tally.accepted[number])


def attempt(
    session: requests.Session, address: str, values: dict[str, Any], key: str, tally: Tally, number: int
) -> str:
    """Send one petition once; return why it must be sent again, or nothing."""
    try:
        answer = session.post(f"{address}/api/v1/petitions/", json=values, headers={"Idempotency-Key": key}, timeout=30)
        if answer.status_code == 201:
            tally.accepted[number] = answer.json()["reference"]
            return ""
        if answer.status_code < 500:
            raise RuntimeError(f"{answer.status_code}: {answer.text[:300]}")
        return str(answer.status_code)
    except (OSError, ValueError) as problem:  # refused, cut off, or half an answer
        return type(problem).__name__


def staff(portal: Portal, work: queue.Queue[str], tally: Tally) -> None:
    """Register and assign petitions, each until it is done, and let three weeks pass for their orders."""
    shift = ", ".join(f"{column} = {column} - interval '21 days'" for column in INSTANTS)
    # A connection may be cut after the change was kept: asked again, three weeks pass once only.
    shift = f"UPDATE dispatch_workorder SET {shift} WHERE matter_id = %s AND assigned_at > now() - interval '20 days'"
    while reference := work.get():
        for move, values in (("register", {}), ("assign", {"units": ["water"]})):
            until(lambda m=move, v=values: _done(portal, reference, m, v), f"{move} is done")
        insist(portal, shift, number_of(portal, reference))
        tally.assigned.append(reference)


def _done(portal: Portal, reference: str, move: str, values: dict[str, Any]) -> bool:
    try:
        answer = portal.act("dispatcher", reference, move, **values)
    except OSError:
        return False
    # 409: it was done, and only the answer was lost.
    return answer.status_code in (200, 409)


def number_of(portal: Portal, reference: str) -> int:
    """The petition's number in the database."""
    return int(insist(portal, "SELECT id FROM petitions_petition WHERE reference = %s", reference)[0][0])


def insist(portal: Portal, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the database until it is there to answer."""
    while True:
        try:
            return portal.sql(statement, *values)
        except Exception:
            time.sleep(0.3)


def settle(portal: Portal, wanted: int) -> None:
    """Wait until nothing is left to do: all routed, told of, sent, and no clock behind its time."""
    left = {
        "stored": f"SELECT {int(wanted)} - count(*) FROM petitions_petition",
        "to route": f"SELECT count(*) FROM petitions_petition p WHERE {UNROUTED}",
        "to tell": "SELECT count(*) FROM journal_outbox",
        "to send": "SELECT count(*) FROM notifications_delivery WHERE state IN ('pending', 'sending')",
        "clocks": "SELECT count(*) FROM dispatch_workorder WHERE alert_at < now()",
    }
    deadline, said = time.monotonic() + SETTLED, 0.0
    while time.monotonic() < deadline:
        found = {name: portal.sql(statement)[0][0] for name, statement in left.items()}
        if found["stored"] > 0 or not any(found.values()):
            return
        if time.monotonic() - said > 15:
            say("left: " + ", ".join(f"{name} {number}" for name, number in found.items()))
            said = time.monotonic()
        time.sleep(1)
    say(f"after {SETTLED} s there is still: {found}")


def say(text: str) -> None:
    """How far it is, for whoever waits."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def audit(portal: Portal, tally: Tally, wanted: int) -> dict[str, int]:
    """Compare the database with the list of accepted references: how many are wrong, by what is wrong."""
    references = list(tally.accepted.values())
    chosen = [number for number in tally.accepted if number % EVERY_NTH == 0]
    count = lambda statement, *values: int(portal.sql(statement, *values)[0][0])  # noqa: E731
    mine = "FROM petitions_petition p WHERE p.reference = ANY(%s)"
    entries = "SELECT count(*) FROM journal_entry e WHERE e.matter_type = 'petition' AND e.matter_id = p.id"
    once = "SELECT count(*) FROM (SELECT 1 FROM {} GROUP BY {} HAVING count(*) > 1) twice"
    assigned = [portal.number(reference) for reference in tally.assigned]
    clocks = portal.inside("clocks")
    return {
        "never accepted": wanted - len(references),
        "one reference for two": len(references) - len(set(references)),
        "lost": len(set(references)) - count(f"SELECT count(*) {mine}", references),
        "stored twice": count("SELECT count(*) FROM petitions_petition") - len(set(references)),
        "not routed": count(f"SELECT count(*) {mine} AND {UNROUTED}", references),
        "without the router's view": count(
            f"SELECT count(*) {mine} AND p.routed_at IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM petitions_routing r WHERE r.petition_id = p.id)",
            references,
        ),
        "submission not in the journal once": count(
            f"SELECT count(*) {mine} AND ({entries} AND e.action = 'submit') <> 1", references
        ),
        "assignment not in the journal once": count(
            "SELECT count(*) FROM petitions_petition p WHERE p.id = ANY(%s) AND "
            f"(({entries} AND e.action = 'register') <> 1 OR ({entries} AND e.action = 'assign') <> 1)",
            assigned,
        ),
        "not assigned": len(chosen) - len(assigned),
        "two lead orders": count(once.format("dispatch_workorder WHERE kind = 'lead'", "matter_type, matter_id")),
        "assigned without an order": len(assigned)
        - count("SELECT count(*) FROM dispatch_workorder WHERE matter_id = ANY(%s)", assigned),
        "alert of a clock not given once": count(
            "SELECT count(*) FROM petitions_petition p WHERE p.id = ANY(%s) AND "
            f"({entries} AND e.action = 'sign_overdue' AND (e.data->>'level')::int = 1) <> 1",
            assigned,
        ),
        "clocks forgotten": clocks["wrong"] + clocks["behind"],
        "never told": count("SELECT count(*) FROM journal_outbox"),
        "told twice": count(once.format("notifications_delivery", "event, user_id, contact_id, channel")),
        "never sent": count("SELECT count(*) FROM notifications_delivery WHERE state <> 'sent'"),
        "journals broken": int(bool(portal.broken_journals())),
    }


if __name__ == "__main__":
    sys.exit(main())
