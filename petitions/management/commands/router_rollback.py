"""`manage.py router_rollback`: put the router's earlier version back into use."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext

from dispatch.actions.router import CannotRollBack, roll_back


class Command(BaseCommand):
    """Goes back by one version; called again, by one more."""

    help = "Put the version of the router that was trained before the present one back into use."

    def handle(self, *args: Any, **options: Any) -> None:
        """Roll back; workers take it up within a minute."""
        try:
            version = roll_back(now=timezone.now())
        except CannotRollBack as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(gettext("Version %(version)s is in use again.") % {"version": version.version})
