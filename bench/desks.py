"""How long every page of the staff takes on the server, and how many SQL statements: `python -m bench.desks`.

    python -m bench.desks [--size 100000] [--repeats 40] [--only WORDS]

Makes (and keeps) the data set of `bench` with that many petitions, then asks for each page in this one process, as
each role: middleware, session, view, template, SQL over the socket. Issue 5: at most 100 ms p95, 15 statements.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from typing import Any
from urllib.parse import quote

WANTED_MS, WANTED_SQL = 100, 15


def main() -> int:
    """Print a line a page; 1 when one is slower or takes more statements than wanted."""
    from bench.__main__ import _data_set, _inside
    from bench.servers import Servers

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--only", default="", help="parts of pages' names, with commas")
    options = parser.parse_args()
    servers = Servers("liaison_bench")
    try:
        database, _took = _data_set(servers, options.size)
        found = _inside(servers, database, "desks", str(options.repeats), options.only)
    finally:
        servers.leave()
    for name, row in found.items():
        wrong = row["p95"] > WANTED_MS or row["sql"] > WANTED_SQL
        figures = f"{row['median']:7.1f} ms  p95 {row['p95']:7.1f}  CPU {row['cpu']:6.1f}  {row['sql']:3} SQL"
        print(f"{name:44} {figures} {row['sql_ms']:4} ms{'  <--' if wrong else ''}")
    print(json.dumps(found))
    return int(any(row["p95"] > WANTED_MS or row["sql"] > WANTED_SQL for row in found.values()))


def measure(repeats: int, only: str = "") -> dict[str, Any]:
    """Ask for every page as every role that has it, each so many times, the process being warm."""
    from django.conf import settings

    import liaison.wsgi  # noqa: F401, sets the collector as in the web process: it passes over what was loaded first

    settings.ALLOWED_HOSTS = ["*"]
    wanted = [part for part in only.split(",") if part]
    found = {}
    for name, (user, path) in pages().items():
        if not wanted or any(part in name for part in wanted):
            found[name] = timed(user, path, repeats)
            print(name, found[name], file=sys.stderr, flush=True)
    return found


def pages() -> dict[str, tuple[Any, str]]:
    """Every page of the staff: the name, who asks, the address."""
    from accounts.models import User
    from petitions.models import Petition
    from petitions.worklist import TABS

    row = Petition.objects.filter(lead_unit__isnull=False, state="in_progress", station__isnull=False).order_by("-id")[
        0
    ]
    people = {
        "dispatcher": User.objects.get(username="dispatcher"),
        "supervisor": User.objects.get(username="supervisor"),
        "officer": row.station.officer,
        "head": row.lead_unit.memberships.get(role="head").user,
        "handler": row.lead_unit.memberships.filter(role="handler")[0].user,
    }
    found = {f"workbench, {tab}": (people["dispatcher"], f"/desk/?tab={tab}") for tab in TABS if tab != "restricted"}
    found |= {
        f"workbench, {tab}, {who}": (people[who], f"/desk/?tab={tab}")
        for who in ("officer", "supervisor")
        for tab in ("all", "triage", "overdue", "publication")
    }
    queries = {
        "search 2": f"tab=all&search={quote('路灯')}",
        "search 4": f"tab=all&search={quote('消防通道')}",
        "unit": f"tab=all&department={row.lead_unit.code}",
        "area": f"tab=assigned&area={'.'.join(row.area.lineage()[:-1]).split('.')[-1]}",
        "category": f"tab=all&category={row.category.lineage()[0]}",
        "due first": "tab=assigned&ordering=due_at",
        "oldest first": "tab=all&ordering=submitted_at",
        "last moved": "tab=all&ordering=-state_since",
        "behind a figure": f"tab=all&department={row.lead_unit.code}&figure=contacted&submitted_after=2026-06-01",
        "overturned": "tab=all&figure=overturned",
    }
    found |= {f"workbench, {name}": (people["dispatcher"], f"/desk/?{query}") for name, query in queries.items()}
    found["workbench, counts alone"] = (people["dispatcher"], "/desk/tabs/?tab=triage")
    for who in ("dispatcher", "supervisor", "officer", "head"):
        found[f"matter, {who}"] = (people[who], f"/desk/petitions/{row.reference}/")
    for tab in ("", "?tab=answer", "?tab=overdue", "?tab=answered"):
        found[f"unit inbox {tab}"] = (people["head"], f"/desk/unit/{tab}")
    found["unit inbox, handler"] = (people["handler"], "/desk/unit/?tab=mine")
    found["supervision"] = (people["supervisor"], "/desk/supervision/")
    found["related"] = (people["dispatcher"], f"/desk/petitions/{row.reference}/related/")
    found["work order on paper"] = (people["dispatcher"], f"/desk/petitions/{row.reference}/form/")
    found["new"] = (people["officer"], "/desk/new/")
    found["topics"] = (people["dispatcher"], "/desk/topics/")
    found["router"] = (people["dispatcher"], "/desk/router/")
    # found["exports"] = (people["dispatcher"], "/desk/exports/")
    for who in ("supervisor", "officer", "head"):
        found[f"figures, {who}"] = (people[who], "/insights/")
    found["figures, supervisor, 3 years"] = (people["supervisor"], "/insights/?from=2024-01&to=2026-11")
    return found


def timed(user: Any, path: str, repeats: int) -> dict[str, Any]:
    """Return median and 95th percentile in ms, and the statements of one warm request."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.second_factor import PASSED

    client = Client(headers={"accept-language": "zh-hans", "accept-encoding": "gzip"})  # as a browser asks
    client.force_login(user)
    session = client.session
    session[PASSED] = True
    session.save()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    for _ in range(3):
        answer = client.get(path)
        if answer.status_code != 200:
            sys.exit(f"{path} answers {answer.status_code} to {user}")
    looks = []
    for _ in range(2):  # the fewer of two: once a minute master data are read anew
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        looks.append(list(seen.captured_queries))
    asked = min(looks, key=len)
    took, worked = [], []
    for _ in range(repeats):
        began, busy = time.perf_counter(), time.process_time()
        client.get(path)
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    statements = [q["sql"] for q in asked if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    slow = max(asked, key=lambda q: float(q["time"]))
    return {
        "median": round(statistics.median(took), 1),
        "p95": round(sorted(took)[int(len(took) * 0.95)], 1),
        # Of this process alone: what the page would take on a machine with nothing else to do, without the database.
        "cpu": round(statistics.median(worked), 1),
        "sql": len(statements),
        "sql_ms": round(sum(float(q["time"]) for q in asked) * 1000),
        "slowest_ms": float(slow["time"]) * 1000,
    }


if __name__ == "__main__":
    sys.exit(main())
