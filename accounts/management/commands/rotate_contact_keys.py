"""Put the newest of CONTACT_KEYS in use for everything stored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import crypto, rotation


class Command(BaseCommand):
    """`manage.py rotate_contact_keys`"""

    help = (
        "Re-encrypts contact details and second factors with the first key of CONTACT_KEYS. Put the new key first "
        "and keep the old ones, restart all processes, run this, then remove the old ones. Locks no table; may be "
        "stopped and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for model, field in rotation.encrypted_fields():
                self._report(f"{model._meta.label}.{field.name}", rotation.rotate_field(model, field))
            self._report("mfa.Authenticator", rotation.rotate_authenticators())
        except crypto.CannotDecrypt as error:
            raise CommandError(f"{error} Put the missing key back and run this again; nothing is lost.") from None

    def _report(self, label: str, counts: tuple[int, int]) -> None:
        self.stdout.write(f"{label}: {counts[0]} seen, {counts[1]} re-encrypted")
