"""How fast the portal is, beside a bare Django view that inserts one row, in one run.

    python -m bench [--sizes 1000,100000,1000000] [--json FILE] [--compare OLD.json] [--keep] [--only NAMES]

Makes its own databases (and removes them, unless --keep) on the project's embedded servers, or on those of
DATABASE_URL and REDIS_URL. docs/performance.md explains the figures.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import redis

from bench import report
from bench.client import Measured, request, run
from bench.servers import ROOT, Servers, start_beat, start_web, start_worker
from liaison.processes import Company, end_with_parent

HEADLINE = ("submission", "tab all", "search 2 characters", "petition, staff", "petition, resident", "public list")
Figures = dict[str, Any]


def main() -> int:
    """Run what was asked for; return 0, or 1 when requests failed."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    servers = Servers(options.prefix)
    sizes = [int(size) for size in options.sizes.split(",")]
    found: Figures = {"sizes": {}, "at": time.strftime("%Y-%m-%d %H:%M"), "load": _load_average()}
    try:
        for size in sizes:
            found["sizes"][str(size)] = _measure(servers, size, options, folder)
            if options.json:
                options.json.write_text(json.dumps(found, indent=1))
    finally:
        if not options.keep:
            for name in servers.databases():
                servers.drop(name)
        redis.Redis.from_url(servers.redis).flushdb()
        servers.leave()
    print(report.table(found))
    if options.compare:
        print(report.compared(json.loads(options.compare.read_text()), found))
    return 1 if report.failures(found) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,100000,1000000", help="petitions in each data set")
    parser.add_argument("--rounds", type=int, default=4, help="times that the headline scenarios take turns")
    parser.add_argument("--seconds", type=float, default=4, help="of each turn")
    parser.add_argument("--repeats", type=int, default=100, help="of each scenario measured one by one")
    parser.add_argument("--threads", type=int, default=4, help="threads of each gunicorn worker")
    parser.add_argument(
        "--only", default="", help="parts of scenarios' names, with commas; also: sweep, routing, flood"
    )
    parser.add_argument("--flood", type=float, default=33, help="submissions a second to hold")
    parser.add_argument("--flood-seconds", type=float, default=60)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--compare", type=Path, help="figures of an earlier run: show what became slower")
    parser.add_argument("--keep", action="store_true", help="keep the data sets for the next run")
    parser.add_argument("--prefix", default="liaison_bench", help="of the databases' names")
    return parser.parse_args()


def _load_average() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0]) if Path("/proc/loadavg").exists() else 0.0


def _inside(servers: Servers, database: str, *task: str) -> Figures:
    """Run a task of `bench.inside` on a database; return what its last line says."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside", *task],
        cwd=ROOT,
        env=servers.environment(database),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        preexec_fn=partial(end_with_parent, os.getpid()),
    )
    answer: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _data_set(servers: Servers, size: int) -> tuple[str, Figures]:
    """Return the database with that many petitions, made if it is not there."""
    name, known = f"petitions_{size}", servers.databases()
    if name in known:
        return name, _inside(servers, name, "migrate")
    _say(f"loading {size} petitions")
    free = shutil.disk_usage(ROOT).free
    if free < size * 20_000:
        raise SystemExit(f"{size} petitions need about {size * 20_000 / 1e9:.0f} GB; {free / 1e9:.0f} GB are free.")
    if "base" in known:
        servers.drop("base")
    servers.create("base")
    _inside(servers, "base", "base")
    servers.create(name, "base")
    servers.drop("base")
    try:
        took = _inside(servers, name, "load", str(size))
    except BaseException:
        servers.drop(name)
        raise
    _say(", ".join(f"{step} {seconds:.0f} s" for step, seconds in took.items()))
    return name, took


def _measure(servers: Servers, size: int, options: argparse.Namespace, folder: Path) -> Figures:
    """Measure everything on one data set."""
    database, took = _data_set(servers, size)
    found: Figures = {"load": took, "scenarios": {}}
    wanted = [part for part in options.only.split(",") if part]
    with servers.connect(database) as connection, connection.cursor() as cursor:
        from bench import bare_table

        cursor.execute(bare_table.TABLE)
        cursor.execute("SELECT pg_database_size(current_database())")
        found["bytes"] = cursor.fetchone()[0]
    file = folder / f"requests-{size}.json"
    _inside(servers, database, "prepare", str(file))
    requests = json.loads(file.read_text())
    names = [name for name in requests if not wanted or any(part in name for part in wanted)]
    if names:
        counted = _inside(servers, database, "statements", str(file))
        company = Company(folder / "log", servers.environment(database))
        try:
            _over_http(company, {name: requests[name] for name in names}, counted, options, found)
        finally:
            company.stop()
    if not wanted or "sweep" in wanted:
        found["sweep"] = [_inside(servers, database, "sweep", str(due)) for due in (100, 2000)]
        _say(f"sweep {found['sweep']}")
    if not wanted or "routing" in wanted:
        found["routing"] = _routing(servers, database, folder)
        _say(f"routing {found['routing']}")
    if "flood" in wanted or (not wanted and size == 100_000):
        found["flood"] = _flood(servers, database, requests["submission"], options, folder)
        _say(f"flood {found['flood']}")
    file.unlink()
    return found


def _over_http(
    company: Company, requests: dict[str, Any], counted: Figures, options: argparse.Namespace, found: Figures
) -> None:
    bare = start_web(company, "bare", "bench.bare", options.threads)
    portal = start_web(company, "portal", "liaison.wsgi", options.threads)
    streams = {name: _stream(name, prepared) for name, prepared in requests.items()}
    yardstick = itertools.repeat(request("POST", "/", b"x" * 200))
    headline = [name for name in HEADLINE if name in requests]
    for name in headline:  # warm: code, plans, master data
        run(portal, streams[name], connections=8, count=40)
    run(bare, yardstick, connections=8, count=200)
    together = {name: Measured() for name in ("bare", *headline)}
    for turn in range(options.rounds if headline else 0):
        _say(f"round {turn + 1}")
        for name in headline:
            together["bare"].add(run(bare, yardstick, connections=8, seconds=options.seconds / 2))
            together[name].add(run(portal, streams[name], connections=8, seconds=options.seconds))
    base = together["bare"].per_second
    for name, measured in together.items():
        entry = _figures(measured) | {"statements": counted.get(name), "connections": 8}
        found["scenarios"][f"{name} ×8"] = entry | {"ratio": measured.per_second / base if base else None}
    _say("one by one")
    for name, prepared in requests.items():
        count = min(options.repeats, len(prepared)) if _once(name) else options.repeats
        stream = streams[name]
        if not _once(name):
            run(portal, stream, connections=1, count=min(10, 2 * len(prepared)))
        measured = run(portal, stream, connections=1, count=count)
        found["scenarios"][name] = _figures(measured) | {"statements": counted.get(name), "connections": 1}


def _once(name: str) -> bool:
    """Whether a request of this scenario works one time only."""
    return name == "submission" or name.startswith("move ")


def _stream(name: str, prepared: list[dict[str, Any]]) -> Iterator[bytes]:
    """Endless requests, each from another address; moves end with the petitions set aside for them.

    No two streams send the same Idempotency-Key: it would be answered with the petition that is there.
    """
    rng = random.Random()

    def one(row: dict[str, Any], number: int) -> bytes:
        body = json.dumps(row["body"], ensure_ascii=False).encode() if "body" in row else b""
        headers = {
            **row["headers"],
            "X-Forwarded-For": f"10.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{number % 250}",
        }
        if "Idempotency_Key" in headers:
            headers["Idempotency_Key"] += f"-{number}-{rng.getrandbits(32):x}"
        return request(row["method"], row["path"], body, **headers)

    rows = prepared[:-2] if name.startswith("move ") else itertools.cycle(prepared)  # two were used for counting
    return (one(row, number) for number, row in enumerate(rows))


def _figures(measured: Measured) -> Figures:
    return {
        "requests": len(measured.times),
        "failed": measured.failed,
        "statuses": measured.statuses,
        "per_second": round(measured.per_second, 2),
        "median": round(measured.quantile(0.5), 2),
        "p95": round(measured.quantile(0.95), 2),
    }


def _routing(servers: Servers, database: str, folder: Path, count: int = 400) -> Figures:
    """Submit, then start a worker and see how long until all are routed."""
    redis.Redis.from_url(servers.redis).flushdb()
    before = _inside(servers, database, "unrouted")["unrouted"]
    submitted = _inside(servers, database, "submit", str(count))
    company = Company(folder / "log", servers.environment(database))
    try:
        start_worker(company, "worker", ["routing"])
        first, began, left = before + count, 0.0, before + count
        with servers.connect(database) as connection, connection.cursor() as cursor:
            deadline = time.monotonic() + 180
            while left > before and time.monotonic() < deadline:
                time.sleep(0.1)
                left = _left(cursor)
                if began == 0.0 and left < first:
                    began, first = time.monotonic(), left
        took = time.monotonic() - began
    finally:
        company.stop()
    rate = (first - left) / took if took else 0.0
    return {
        "submitted": submitted,
        "routed": before + count - left,
        "seconds": took,
        "per_second": rate,
        "left": left - before,
    }


def _left(cursor: Any, after: int = 0) -> int:
    """How many petitions the router has not looked at, of those with a higher number."""
    cursor.execute(
        "SELECT count(*) FROM petitions_petition"
        " WHERE routed_at IS NULL AND state IN ('submitted', 'registered') AND id > %s",
        [after],
    )
    return int(cursor.fetchone()[0])


def _flood(
    servers: Servers, database: str, prepared: list[dict[str, Any]], options: argparse.Namespace, folder: Path
) -> Figures:
    """Hold a rate of submissions with everything running; nothing may be refused, lost or left unrouted."""
    redis.Redis.from_url(servers.redis).flushdb()
    company = Company(folder / "log", servers.environment(database))
    schedule = folder / "beat-schedule"
    try:
        port = start_web(company, "portal", "liaison.wsgi", options.threads)
        start_worker(company, "worker", ["routing", "clock", "notices"])
        start_beat(company, schedule)
        stream = _stream("submission", prepared)
        run(port, stream, connections=8, count=40)
        time.sleep(5)
        with servers.connect(database) as connection, connection.cursor() as cursor:
            began = time.monotonic()
            while _behind(cursor) and time.monotonic() < began + 300:  # what earlier scenarios left without a worker
                time.sleep(0.5)
            cursor.execute("SELECT max(id) FROM petitions_petition")
            last = cursor.fetchone()[0]
            measured = run(
                port, stream, connections=16, seconds=options.flood_seconds, rate=options.flood, keep_bodies=True
            )
            ended = time.monotonic()
            at_end = _left(cursor, last)
            while _left(cursor, last) and time.monotonic() < ended + 120:
                time.sleep(0.1)
            routed_after, left = time.monotonic() - ended, _left(cursor, last)
            accepted = {json.loads(body.split(b"\r\n\r\n", 1)[1])["reference"] for body in measured.bodies}
            cursor.execute("SELECT reference FROM petitions_petition WHERE id > %s", [last])
            lost = accepted - {row[0] for row in cursor.fetchall()}
    finally:
        company.stop()
        for file in folder.glob("beat-schedule*"):
            file.unlink()
    return _figures(measured) | {
        "rate": options.flood, "accepted": len(accepted), "lost": len(lost), "unrouted_at_end": at_end,
        "routed_after": round(routed_after, 1), "left": left,
    }  # fmt: skip


def _behind(cursor: Any) -> int:
    """How much work waits: petitions to be routed, entries of the journal to be told of."""
    left = _left(cursor)
    cursor.execute("SELECT count(*) FROM journal_outbox")
    return left + int(cursor.fetchone()[0])


if __name__ == "__main__":
    sys.exit(main())
