"""Where the time of a request goes in the web process: `python -m bench.profile --only "submission,move"`.

    python -m bench.profile [--size 100000] [--only NAMES] [--requests 100] [--lines 30]

Takes the requests of `bench` on its data set (made if it is not there, and kept) through the whole application in one
process. Printed for each scenario: processor time and wall time a request without the profiler, SQL statements, then
the functions that take most with it. Processor time hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import pstats
import statistics
import sys
import time
from pathlib import Path
from typing import Any


def main() -> int:
    """Print the profile of each scenario asked for."""
    from bench.__main__ import _data_set
    from bench.servers import ROOT, Servers

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--only", default="submission,tab all,petition\\, staff,petition\\, resident,public list,move")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--lines", type=int, default=30, help="functions shown; 0 for none")
    options = parser.parse_args()
    servers = Servers("liaison_bench")
    try:
        database, _took = _data_set(servers, options.size)
        import os
        import subprocess

        task = ["profile", options.only, str(options.requests), str(options.lines)]
        return subprocess.run(
            [sys.executable, "-m", "bench.inside", *task], cwd=ROOT, env={**os.environ, **servers.environment(database)}
        ).returncode
    finally:
        servers.leave()


def profile(only: str, count: int, lines: int) -> dict[str, Any]:
    """Profile each scenario whose name has one of the parts; return processor ms by name."""
    from bench import scenarios
    from common.nudge import publish_in_background
    from liaison.settings import BASE_DIR

    publish_in_background()
    file = Path(BASE_DIR, "var", "bench", "requests-profile.json")
    scenarios.prepare(file)
    requests: dict[str, list[dict[str, Any]]] = json.loads(file.read_text())
    file.unlink()
    wanted = [part.replace("\\", "").strip() for part in only.replace("\\,", "\0").split(",")]
    wanted = [part.replace("\0", ",") for part in wanted if part]
    return {
        name: _one(name, rows, count, lines)
        for name, rows in requests.items()
        if any(name == part or (part.endswith("*") and name.startswith(part[:-1])) for part in wanted)
    }


def _one(name: str, rows: list[dict[str, Any]], count: int, lines: int) -> float:
    from django.conf import settings
    from django.db import connection

    settings.ALLOWED_HOSTS = ["*"]
    environs = [_environ(row, number) for number, row in enumerate(rows)]
    once = name == "submission" or name.startswith("move ")
    if not once:
        environs = [environs[number % len(environs)] for number in range(2 * count + 12)]
    warm, rest = environs[:10], environs[10:]
    for environ in warm:
        _ask(environ)
    seen: list[tuple[float, str]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seen.append((time.perf_counter() - began, sql))

    with connection.execute_wrapper(note):
        _ask(rest[0])
    half = min(count, len(rest) // 2 - 1)
    busy, took = [], []
    for environ in rest[1 : half + 1]:
        began, worked = time.perf_counter(), time.thread_time()
        _ask(environ)
        busy.append(time.thread_time() - worked)
        took.append(time.perf_counter() - began)
    spent = statistics.median(busy) * 1000
    print(f"\n== {name}: {spent:.2f} ms processor, {statistics.median(took) * 1000:.2f} ms wall, {len(seen)} SQL")
    for seconds, sql in seen:
        print(f"   {seconds * 1000:5.1f} ms  {sql[:150]}")
    if lines:
        watch = cProfile.Profile(time.thread_time)
        for environ in rest[half + 1 : 2 * half + 1]:
            fresh = _fresh(environ)
            watch.enable()
            _answer(fresh)
            watch.disable()
        out = io.StringIO()
        pstats.Stats(watch, stream=out).sort_stats("cumulative").print_stats(lines)
        pstats.Stats(watch, stream=out).sort_stats("tottime").print_stats(lines // 2)
        print(out.getvalue().replace(str(Path.cwd()) + "/", ""))
    return round(spent, 2)


def _environ(row: dict[str, Any], number: int) -> dict[str, Any]:
    body = json.dumps(row["body"], ensure_ascii=False).encode() if "body" in row else b""
    path, _, query = row["path"].partition("?")
    environ = {
        "REQUEST_METHOD": row["method"], "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
        "HTTP_HOST": "localhost", "HTTP_ACCEPT": "application/json", "REMOTE_ADDR": "127.0.0.1", "body": body,
        "CONTENT_LENGTH": str(len(body)), "HTTP_X_FORWARDED_FOR": f"10.8.{number % 250}.{number // 250 % 250}",
    }  # fmt: skip
    if body:
        environ["CONTENT_TYPE"] = "application/json"
    for name, value in row["headers"].items():
        environ["HTTP_" + name.replace("-", "_").upper()] = value
    return environ


def _fresh(environ: dict[str, Any]) -> dict[str, Any]:
    return {**environ, "wsgi.input": io.BytesIO(environ["body"])}


def _ask(environ: dict[str, Any]) -> None:
    _answer(_fresh(environ))


def _answer(environ: dict[str, Any]) -> None:
    from liaison.wsgi import application

    status = ["000"]
    answer = application(environ, lambda line, headers, exc_info=None: status.__setitem__(0, line))
    body = b"".join(answer)
    close = getattr(answer, "close", None)
    if close:
        close()
    if status[0][0] != "2":
        sys.exit(f"{environ['PATH_INFO']} answers {status[0]}: {body[:500]!r}")


if __name__ == "__main__":
    sys.exit(main())
