"""What each page weighs over the wire and how long a phone on a poor line waits: `python -m bench.pages URL`.

Bytes are counted in Chromium as received, compressed, with an empty cache. The line is Chromium's "slow 4G":
150 ms, 1.6 Mbit/s down, 750 kbit/s up. "Usable" is when the page's scripts have run and its fields can be used.
Budgets (issue 4): submit 90 KB of HTML, CSS and JavaScript, usable within 2 s; other pages 120 KB.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PAGES = ("/", "/submit/", "/follow/", "/published/", "/stations/", "/help/")
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
KB = 1024
BUDGET = {"/submit/": 90}
OTHERS = 120
USABLE_MS = 2000


def measure(browser: Browser, site: str, path: str) -> dict[str, Any]:
    """Open one page with nothing cached on the slow line; return its weight by type and its times."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    wire = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    weight: dict[str, float] = {}
    wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    wire.on(
        "Network.loadingFinished", lambda e: _add(weight, kinds.get(e["requestId"], "Other"), e["encodedDataLength"])
    )
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_4G)
    answer = page.goto(site + path, wait_until="load")
    if answer is None or answer.status != 200:
        sys.exit(f"{site}{path} answers {answer.status if answer else 'nothing'}")
    times = page.evaluate(
        "() => { const n = performance.getEntriesByType('navigation')[0];"
        " return { usable: n.domContentLoadedEventEnd, loaded: n.loadEventEnd,"
        " painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime } }"
    )
    context.close()
    code = sum(weight.get(kind, 0) for kind in ("Document", "Stylesheet", "Script"))
    return {
        "path": path,
        "code_kb": round(code / KB, 1),
        "all_kb": round(sum(weight.values()) / KB, 1),
        **{name: round(value) for name, value in times.items() if value},
    }


def _add(weight: dict[str, float], kind: str, length: float) -> None:
    weight[kind] = weight.get(kind, 0) + length


def main() -> int:
    """Print one line a page and JSON at the end; 1 when a budget is broken."""
    site = (sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000").rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"])
        found = [measure(browser, site, path) for path in PAGES]
        browser.close()
    broken = [f for f in found if f["code_kb"] > BUDGET.get(f["path"], OTHERS) or f["usable"] > USABLE_MS]
    for each in found:
        print(
            f"{each['path']:14} {each['code_kb']:6} KB code  {each['all_kb']:6} KB in all  "
            f"painted {each.get('painted', 0):5} ms  usable {each['usable']:5} ms"
        )
    print(json.dumps({"pages": found, "broken": [each["path"] for each in broken]}))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
