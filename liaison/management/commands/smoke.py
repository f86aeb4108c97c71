"""`manage.py smoke`: walk one petition from submission to closing over HTTP, with the demo accounts."""

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.timezone import localtime

from liaison.smoke import SmokeFailed, Walk, load_accounts


class Command(BaseCommand):
    help = "Submit, route, sign, reply, check, evaluate, conclude: over HTTP. Exits 1 with the step that failed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.SITE_URL, help="the portal's address (default: SITE_URL)")
        parser.add_argument("--json", action="store_true", help="the last line of output is JSON")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="zh-hans")
        parser.add_argument(
            "--accounts",
            type=Path,
            default=Path(settings.BASE_DIR, "var", "demo-accounts.json"),
            help="the file that createdemo wrote",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        say = (lambda step: None) if options["json"] else (lambda step: self.stdout.write(f"  ✓ {step}"))
        try:
            accounts = load_accounts(options["accounts"])
            walk = Walk(options["url"].rstrip("/"), accounts, language=options["language"], say=say)
            petition = walk.run()
        except SmokeFailed as failure:
            if options["json"]:
                self.stdout.write(json.dumps({"ok": False, "failed": failure.step, "why": str(failure)}))
            self.stderr.write(self.style.ERROR(f"Smoke walk failed at {failure}"))
            raise SystemExit(1) from None
        if options["json"]:
            self.stdout.write(json.dumps({"ok": True, **petition}, ensure_ascii=False))
        else:
            self._print(petition)

    def _print(self, petition: dict[str, Any]) -> None:
        self.stdout.write(f"{petition['reference']}  {petition['title']}")
        for item in petition["timeline"]:
            at = localtime(datetime.fromisoformat(item["at"]))
            note = item["note"].replace("\n", " ")[:80]
            self.stdout.write(f"  {at:%H:%M:%S}  {item['label']}  {item['by']}  {note}")
        self.stdout.write(f"→ {petition['state_label']}")
