"""The demo's outbox: it stands in for the telephone and the mailbox of everybody in it."""

import json
import time
from collections.abc import Iterator
from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications.models import Channel, Delivery
from notifications.reasons import sentence

PAGE = 50
ROLES = {
    "dispatcher": _("Dispatcher"),
    "supervisor": _("Supervisor"),
    "officer": _("Liaison officer"),
    "station_head": _("Station head"),
    "handler": _("Handler"),
    "head": _("Unit head"),
    "deputy": _("Deputy"),
    "resident": _("Resident"),
    "admin_system": _("System administrator"),
    "admin_security": _("Security administrator"),
    "admin_auditor": _("Auditor"),
}


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Show what was sent, the newest first, one-time codes included. Only in a local demo; elsewhere 404."""
    if not settings.LOCAL:
        raise Http404
    channel = request.GET.get("channel", "")
    rows = Delivery.objects.select_related("user", "contact").order_by("-id")
    if channel in Channel.values:
        rows = rows.filter(channel=channel)
    elif channel:
        raise Http404
    found = list(_before(rows, request.GET.get("before", ""))[: PAGE + 1])
    context = {
        "messages_sent": [_shown(row) for row in found[:PAGE]],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "channel": channel,
        "channels": Channel.choices,
        "accounts": _grouped(list(_accounts())),
        "seconds_left": mfa_settings.TOTP_PERIOD - int(time.time()) % mfa_settings.TOTP_PERIOD,
    }
    return render(request, "notifications/outbox.html", context)


def _before(rows: Any, before: str) -> Any:
    if not before:
        return rows
    if not (before.isascii() and before.isdigit() and len(before) < 19):
        raise Http404
    return rows.filter(pk__lt=int(before))


def _shown(row: Delivery) -> dict[str, Any]:
    return {"row": row, "to": _recipient(row), "error": sentence(row.error)}


def _recipient(row: Delivery) -> str:
    if row.channel == Channel.SMS:
        return masked(row.telephone)
    return str(row.user or masked_mail(row.mailbox))


def masked(phone: str) -> str:
    """Return the number with its middle hidden: 138****8000."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 10 else "****"


def masked_mail(address: str) -> str:
    """Return the address with most of its name hidden: w****@example.cn."""
    name, at, host = address.partition("@")
    return f"{name[:1]}****{at}{host}" if at else ""


def _grouped(accounts: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """One account of each role first, the two hundred others behind a fold; nothing where there are none."""
    if not accounts:
        return {}
    return {
        "shown": [account for account in accounts if account["featured"]],
        "others": [account for account in accounts if not account["featured"]],
    }


def _accounts() -> Iterator[dict[str, Any]]:
    """The demo accounts, as `createdemo` wrote them, each with the code its authenticator would show now."""
    try:
        listed = json.loads((settings.BASE_DIR / "var" / "demo-accounts.json").read_text("utf-8"))["accounts"]
    except FileNotFoundError:
        return
    counter = int(time.time()) // mfa_settings.TOTP_PERIOD
    for account in listed:
        secret = account.get("totp_secret")
        yield {
            "role": ROLES.get(account.get("role", ""), account.get("role", "")),
            "unit": account.get("unit", ""),
            "featured": account.get("featured", True),
            "name": account.get("display_name", ""),
            "sign_in": account.get("username") or account.get("phone", ""),
            "password": account.get("password", ""),
            "code": format_hotp_value(hotp_value(secret, counter)) if secret else "",
        }
