"""The present one-time code of a demo account, for those without an authenticator app at hand."""

import base64
import hmac
import json
import struct
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """`manage.py democode USERNAME`"""

    help = "Prints the present one-time code of a demo account. Never on ENVIRONMENT=production."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT == "production":
            raise CommandError("There are no demo accounts on ENVIRONMENT=production.")
        file = Path(settings.BASE_DIR, "var", "demo-accounts.json")
        if not file.exists():
            raise CommandError(f"{file} is missing; `make demo` or `manage.py createdemo` writes it.")
        secrets = {a["username"]: a["totp_secret"] for a in json.loads(file.read_text("utf-8"))["accounts"]}
        if not secrets.get(options["username"]):
            names = ", ".join(sorted(name for name, secret in secrets.items() if secret)[:12])
            raise CommandError(f"{options['username']} has no second factor. Those who have: {names} …")
        self.stdout.write(code(secrets[options["username"]], time.time()))


def code(secret: str, at: float) -> str:
    """Return the six digits of RFC 6238 (SHA-1, 30 seconds) for a Base32 secret."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    digest = hmac.digest(key, struct.pack(">Q", int(at) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
