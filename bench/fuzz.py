"""Random and hostile requests against every address of the API's schema, as several people: `make fuzz`.

    python -m bench.fuzz [--requests 100000] [--seed 1]

Makes its own database with 1 thousand petitions, starts the portal, and lets Schemathesis send what the schema
allows and what it forbids. Path parameters name real rows four times in five, so that requests get past the 404.
Any answer of 500 or more, and any that takes over ten seconds, is a failure. Prints how many requests each person
made; the exit code is 1 when anything failed.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import redis

from bench.__main__ import _data_set, _inside, _say
from bench.servers import ROOT, Servers, start_web
from liaison.processes import Company

PETITIONS = 1000
# Everything that refuses a stranger or a tired thumb: here the same address sends thousands of requests.
UNTHROTTLED = ("SUBMIT", "SUBMIT_PHONE", "FOLLOW", "PUBLIC", "SIGN_IN")
# It ends what the following requests need.
SIGNS_OUT = "/api/v1/auth/token/"
GENERATED = re.compile(r"^\s*(\d[\d,]*) generated", re.MULTILINE)


def main() -> int:
    """Send the requests; return 1 when one of them met a server error."""
    options = _options()
    folder = ROOT / "var" / "fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "schema.json").unlink(missing_ok=True)
    servers = Servers("liaison_fuzz")
    total, failed = 0, []
    try:
        database, _took = _data_set(servers, PETITIONS)
        people = _inside(servers, database, "people")
        company = Company(
            folder / "log", servers.environment(database) | {f"THROTTLE_{n}": "1000000/min" for n in UNTHROTTLED}
        )
        try:
            address = f"http://127.0.0.1:{start_web(company, 'portal', 'liaison.wsgi', 4)}"
            each = max(1, options.requests // len(people["headers"]))
            for name, header in people["headers"].items():
                sent, clean = _as(name, header, address, people["values"], each, options.seed, folder)
                total += sent
                failed += [] if clean else [name]
        finally:
            company.stop()
    finally:
        for name in servers.databases():
            servers.drop(name)
        redis.Redis.from_url(servers.redis).flushdb()
        servers.leave()
    print(json.dumps({"requests": total, "failed_as": failed}))
    return 1 if failed or not total else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=100_000, help="in all, shared out between the people")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _as(
    name: str, header: str, address: str, values: dict[str, list[Any]], wanted: int, seed: int, folder: Path
) -> tuple[int, bool]:
    """Send `wanted` requests as one person, round after round; return how many were sent and whether all went well."""
    config, schema = folder / "schemathesis.toml", folder / "schema.json"
    config.write_text(_config(values))
    if not schema.exists():  # made by the server once: it takes longer than Schemathesis waits on a busy machine
        with urlopen(f"{address}/api/schema/?format=json", timeout=120) as answer:
            schema.write_bytes(answer.read())
    sent, round_ = 0, 0
    while sent < wanted:
        report = folder / f"{name}-{round_}.txt"
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "--no-color",
            "run", str(schema), "--url", address, "--checks", "not_a_server_error",
            "--max-examples", "150", "--seed", str(seed + round_), "--continue-on-failure", "--no-shrink",
            "--request-timeout", "10", "--suppress-health-check", "all", "--generation-database", "none",
            "--warnings", "off", "--phases", "examples,coverage,fuzzing", "--output-sanitize", "false",
            *(["--exclude-path", SIGNS_OUT, "--header", f"Authorization: {header}"] if header else []),
        ]  # fmt: skip
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        report.write_text(done.stdout)
        counted = [int(number.replace(",", "")) for number in GENERATED.findall(done.stdout)]
        sent += sum(counted)
        _say(f"{name}: {sum(counted)} requests in {time.monotonic() - began:.0f} s, exit code {done.returncode}")
        if done.returncode or not counted:
            print(done.stdout[-6000:])
            return sent, False
        round_ += 1
    return sent, True


def _config(values: dict[str, list[Any]]) -> str:
    """Schemathesis' settings: where a parameter has known values, four requests in five use one."""
    lines = []
    for number, known in enumerate(values.values()):
        lines.append(f"[dictionaries.known{number}]\nvalues = {json.dumps(known)}")
    lines.append("[parameters]")
    for number, key in enumerate(values):
        lines.append(f'"{key}" = {{ dictionary = "known{number}", probability = 0.8 }}')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
