"""`make lighthouse`: accessibility, best practices and SEO of the main pages, 100 each, with Debian's Chromium.

    python scripts/page_checks/lighthouse.py http://localhost:8000

Needs a running portal (`make demo`); Lighthouse is an npm package. Performance is judged by `bench.pages`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLI = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
PAGES = ("/", "/submit/", "/follow/", "/published/", "/stations/")
JUDGED = ("accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def measure(address: str, form: str) -> dict[str, object]:
    """Return Lighthouse's report on one page."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "report.json")
        command = [
            "node",
            str(CLI),
            address,
            "--quiet",
            "--output=json",
            f"--output-path={out}",
            f"--chrome-flags={FLAGS}",
        ]
        if form == "desktop":
            command.append("--preset=desktop")
        environment = {**os.environ, "CHROME_PATH": "/usr/bin/chromium"}
        subprocess.run(command, env=environment, check=True, timeout=240, stdout=subprocess.DEVNULL)
        return dict(json.loads(out.read_text("utf-8")))


def faults(report: dict[str, object]) -> list[str]:
    """Return what keeps a judged category below 100."""
    audits, found = report["audits"], []
    for name in JUDGED:
        for each in report["categories"][name]["auditRefs"]:  # type: ignore[index]
            audit = audits[each["id"]]  # type: ignore[index]
            if each["weight"] and audit["score"] is not None and audit["score"] < 1:
                items = audit.get("details", {}).get("items", [])[:3]
                found.append(f"{name}: {audit['title']} {json.dumps(items, ensure_ascii=False)[:600]}")
    return found


def main() -> int:
    """Return 0 when every judged score is 100."""
    site = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    bad = 0
    for path in PAGES:
        for form in ("mobile", "desktop"):
            report = measure(site + path, form)
            scores = {name: round(100 * (each["score"] or 0)) for name, each in report["categories"].items()}  # type: ignore[attr-defined]
            print(f"{path} {form}:", ", ".join(f"{name} {score}" for name, score in scores.items()), flush=True)
            bad += sum(scores[name] < 100 for name in JUDGED)
            for fault in faults(report):
                print("   ", fault)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
