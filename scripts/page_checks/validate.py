"""`make validate`: is every public page valid HTML (Nu checker), in both languages and after submitting?

    python scripts/page_checks/validate.py http://localhost:8000

Needs a running portal (`make demo`) and Java; the checker is the npm package vnu-jar.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

HERE = Path(__file__).resolve().parent
JAR = HERE / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
PAGES = (
    *("/", "/submit/", "/submit/wrongdoing/", "/follow/", "/published/", "/published/?q=zzz", "/topics/", "/stations/"),
    *("/help/", "/privacy/", "/accessibility/", "/contact/", "/offline/", "/no-such-page/", "/accounts/login/"),
    *("/accounts/code/", "/following/stop/"),
)
# Further pages are those that these link to, one of each kind.
LINKED = re.compile(
    r'href="(/(?:published/[0-9A-Z]{10}/(?:follow/)?|stations/[^/"?#]+/|deputies/[^"?#]*|departments/[^"]+|categories/[^"]+))"'
)
TEXT = "学校门口的下水道堵了，一下雨就积水。"


class Reader:
    """One visitor with cookies and a language."""

    def __init__(self, site: str, language: str) -> None:
        self.site, self.language = site, language
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str, data: dict[str, str] | None = None) -> str:
        """Return the page; an error page is a page too."""
        body = urlencode(data).encode() if data is not None else None
        request = Request(f"{self.site}{path}", body, {"Accept-Language": self.language, "Referer": self.site})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return str(answer.read().decode())
        except HTTPError as error:
            return error.read().decode()

    def everything(self) -> dict[str, str]:
        """Return all pages by address."""
        found = {path: self.get(path) for path in PAGES}
        linked = {re.sub(r"/[^/]+/", "/…/", to): to for page in list(found.values()) for to in LINKED.findall(page)}
        found |= {to: self.get(to) for to in linked.values()}
        follow = next((to for to in found if to.startswith("/published/") and to.count("/") == 3 and "?" not in to), "")
        found |= {f"{to}!": self.get(to) for to in re.findall(r'href="(/[^"?#]+/follow/)"', found.get(follow, ""))}
        return found | self._submitted()

    def _submitted(self) -> dict[str, str]:
        form = self.get("/submit/")
        hidden = dict(re.findall(r'name="(csrf\w+|key|consent_version)" value="([^"]*)"', form))
        wrong = self.get("/submit/", {**hidden, "text": ""})
        sent = {**hidden, "text": TEXT, "phone": "13800138000", "key": str(uuid.uuid4())}
        done = self.get("/submit/", sent)
        own = re.search(r'href="(/petitions/[^"]+/)"', done)
        more = {own[1]: self.get(own[1])} if own else {}
        return {"/submit/ refused": wrong, "/submit/done/": done, **more}


def check(pages: dict[str, str]) -> int:
    """Print what the checker finds; return how many files have something."""
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, (path, page) in enumerate(pages.items()):
            file = Path(folder, f"{number:03}.html")
            file.write_text(page, "utf-8")
            names[file.name] = path
        ran = subprocess.run(
            [shutil.which("java") or "java", "-jar", str(JAR), "--format", "gnu", "--skip-non-html", folder],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    lines = [line for line in ran.stderr.splitlines() if line.strip()]
    for line in lines:
        name = re.search(r"(\d{3}\.html)", line)
        print(names.get(name[1], "") if name else "", line.rpartition(".html")[2][:400])
    return len(lines) or ran.returncode


def main() -> int:
    """Return 0 when nothing is to be said against any page."""
    site = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
    pages = {
        f"{language} {path}": page
        for language in ("zh-hans", "en")
        for path, page in Reader(site, language).everything().items()
    }
    found = check(pages)
    print(f"{len(pages)} pages, {found} messages")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
