"""Run Django's deployment checks as production would see the settings, with values made up on the spot."""

import base64
import os
import secrets
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "CONTACT_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
    "ALLOWED_HOSTS": "portal.example.cn",
    "SITE_URL": "https://portal.example.cn",
    "ALTCHA_REQUIRED": "true",
    "SMS_GATEWAY": "http",
    "SMS_GATEWAY_URL": "https://sms.example.cn/send",
    "SMS_GATEWAY_TOKEN": secrets.token_urlsafe(24),
    "EMAIL_HOST": "mail.example.cn",
    "DEFAULT_FROM_EMAIL": "portal@example.cn",
    # Named, not visited: these checks open no connection.
    "DATABASE_URL": "postgres://portal@db.example.cn/portal",
    "REDIS_URL": "redis://redis.example.cn/0",
}


def main() -> int:
    """Return the exit code of the check; a warning is a failure."""
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=PROJECT, env=os.environ | PRODUCTION, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
