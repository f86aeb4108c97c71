"""Two thousand visits by eight clients at once, many of them sent again: none lost, none doubled.

    python -m bench.visits [--visits 2000] [--clients 8]

Each client is one deputy with a token of one's own. Every fourth visit is sent twice one after the other, every
eighth twice at the same moment, and every tenth is sent over a connection that is cut before the answer can be read
and then sent again, as a telephone does. Makes its own database and removes it. Exit code 1 when a visit is lost or
doubled.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

from bench.client import request
from bench.servers import ROOT, Servers, start_web
from liaison.processes import Company

PREFIX = "bench_visits"
PATH = "/api/v1/visits/"


def tokens(number: int) -> None:
    """Inside the portal's process: print a token for each of so many deputies, and the stations."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
    django.setup()
    from knox.models import get_token_model

    from deputies.models import Deputy
    from stations.models import Station

    users = [deputy.user for deputy in Deputy.objects.filter(user__isnull=False).order_by("code")[:number]]
    made = [get_token_model().objects.create(user=user)[1] for user in users]
    print(json.dumps({"tokens": made, "stations": list(Station.objects.values_list("code", flat=True))}))


class Client:
    """One deputy's telephone."""

    def __init__(self, port: int, token: str, number: int) -> None:
        self.port, self.number = port, number
        self.headers = {
            "Authorization": f"Token {token}",
            "Content-Type": "application/json",
            "X-Forwarded-For": f"10.1.0.{number + 1}",
        }
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.statuses: Counter[int] = Counter()
        self.lost = 0

    def post(self, body: bytes, connection: HTTPConnection | None = None) -> None:
        """Send once and read the answer."""
        line = connection or self.connection
        line.request("POST", PATH, body, self.headers)
        answer = line.getresponse()
        answer.read()
        self.statuses[answer.status] += 1

    def cut(self, body: bytes) -> None:
        """Send, and hang up before the answer comes."""
        headers = {name.replace("-", "_"): value for name, value in self.headers.items() if name != "Content-Type"}
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            line.sendall(request("POST", PATH, body, **headers))
        self.lost += 1

    def twice_at_once(self, body: bytes) -> None:
        """Send from two connections at the same moment."""
        lines = [HTTPConnection("127.0.0.1", self.port, timeout=60) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda line: self.post(body, line), lines))
        for line in lines:
            line.close()

    def work(self, visits: list[bytes]) -> None:
        """Send all of them, some again."""
        for place, body in enumerate(visits):
            if place % 10 == 9:
                self.cut(body)
                self.post(body)
            elif place % 8 == 3:
                self.twice_at_once(body)
            else:
                self.post(body)
                if place % 4 == 2:
                    self.post(body)


def payload(key: str, station: str, number: int) -> bytes:
    """One visit; each fifth is raised as a petition."""
    values: dict[str, Any] = {
        "key": key,
        "station": station,
        "came_at": time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 - 600)),
        "words": f"第{number}号来访：楼道里的灯坏了好几天，晚上上下楼不方便。",
        "told": True,
        "phone": f"139{number:08d}",
        "raised": number % 5 == 0,
    }
    return json.dumps(values, ensure_ascii=False).encode()


def _inside(servers: Servers, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=servers.environment("base"),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def measure(servers: Servers, wanted: int, clients: int) -> dict[str, Any]:
    """Send everything and count what has arrived."""
    servers.drop("base")
    servers.create("base")
    _inside(servers, "-m", "bench.inside", "base")
    given = json.loads(_inside(servers, "-m", "bench.visits", "--tokens", str(clients)))
    company = Company(ROOT / "var" / "bench" / "log", servers.environment("base"))
    keys = [str(uuid.uuid4()) for _ in range(wanted)]
    try:
        port = start_web(company, "web", "liaison.wsgi", 4)
        phones = [Client(port, token, number) for number, token in enumerate(given["tokens"])]
        shares: list[list[bytes]] = [[] for _ in phones]
        for number, key in enumerate(keys):
            station = given["stations"][number % len(given["stations"])]
            shares[number % len(phones)].append(payload(key, station, number))
        began = time.monotonic()
        with ThreadPoolExecutor(len(phones)) as pool:
            list(pool.map(lambda pair: pair[0].work(pair[1]), zip(phones, shares, strict=True)))
        seconds = time.monotonic() - began
        time.sleep(2)  # what was cut off is still being written
    finally:
        company.stop()
    with servers.connect("base") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT key::text FROM stations_visit")
        kept = Counter(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT count(*), count(DISTINCT visit_id) FROM petitions_petition WHERE visit_id IS NOT NULL")
        petitions = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM journal_entry WHERE matter_type = 'visit' AND action = 'logged'")
        entries = cursor.fetchone()[0]
    statuses = sum((phone.statuses for phone in phones), Counter())
    return {
        "wanted": wanted,
        "clients": len(phones),
        "sendings": sum(statuses.values()) + sum(phone.lost for phone in phones),
        "answers lost": sum(phone.lost for phone in phones),
        "statuses": dict(statuses),
        "kept": len(kept),
        "lost": len(set(keys) - set(kept)),
        "doubled": sum(number - 1 for number in kept.values()),
        "journal entries": entries,
        "petitions": petitions[0],
        "petitions doubled": petitions[0] - petitions[1],
        "petitions wanted": len(range(0, wanted, 5)),
        "seconds": round(seconds, 1),
        "visits a second": round(wanted / seconds, 1),
    }


def main() -> int:
    """Measure, print, and say by the exit code whether it held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--tokens", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tokens:
        tokens(options.tokens)
        return 0
    servers = Servers(PREFIX)
    try:
        found = measure(servers, options.visits, options.clients)
    finally:
        servers.drop("base")
        servers.leave()
    print(json.dumps(found, indent=1, ensure_ascii=False))
    whole = found["kept"] == found["wanted"] == found["journal entries"]
    return 0 if whole and not found["lost"] and not found["doubled"] and not found["petitions doubled"] else 1


if __name__ == "__main__":
    sys.exit(main())
