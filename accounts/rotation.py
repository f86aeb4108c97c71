"""Re-encrypt stored details with the newest key, row by row: no lock on a table, and safe to stop at any moment.

A row that already carries the newest key is left alone, so that a second run continues where the first stopped.
Every `EncryptedTextField` of every app is found by itself; the second factor's secrets lie in JSON.
"""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from accounts import crypto
from accounts.fields import BlindIndexField, EncryptedTextField

BATCH = 500


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Yield every encrypted field of the project with its model."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


def rotate_field(model: type[models.Model], field: EncryptedTextField) -> tuple[int, int]:
    """Re-encrypt one column; return (rows seen, rows changed). Raises `crypto.CannotDecrypt` where no key fits."""
    seen = changed = 0
    last = 0
    rows = model._default_manager.annotate(stored=Cast(field.name, models.TextField())).exclude(stored="")
    while batch := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", "stored")[:BATCH]):
        with transaction.atomic():
            for pk, stored in batch:
                if not crypto.is_newest(stored):
                    # Compare and swap: a row that somebody changed meanwhile already has the newest key.
                    fresh = models.Value(crypto.rotate(stored), output_field=models.TextField())
                    changed += rows.filter(pk=pk, stored=stored).update(**{field.name: fresh})
        seen, last = seen + len(batch), batch[-1][0]
    return seen, changed


def rotate_authenticators() -> tuple[int, int]:
    """Re-encrypt the secrets of second factors; return (rows seen, rows changed)."""
    seen = changed = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=BATCH):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=pk)
            names = [name for name in ("secret", "seed") if name in row.data]
            stale = [name for name in names if not crypto.is_newest(row.data[name])]
            row.data |= {name: crypto.rotate(row.data[name]) for name in stale}
            if stale:
                row.save(update_fields=["data"])
        seen, changed = seen + 1, changed + bool(stale)
    return seen, changed


def reindex(model: type[models.Model], field: BlindIndexField) -> tuple[int, int]:
    """Recompute one blind index from its encrypted source; return (rows seen, rows changed)."""
    seen = changed = 0
    last = 0
    rows = model._default_manager.only("pk", field.source, field.name)
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        stale = [row for row in batch if getattr(row, field.name) != field.compute(row)]
        for row in stale:
            changed += model._default_manager.filter(pk=row.pk).update(**{field.name: field.compute(row)})
        seen, last = seen + len(batch), batch[-1].pk
    return seen, changed


def blind_indexes() -> Iterator[tuple[type[models.Model], BlindIndexField]]:
    """Yield every blind index of the project with its model."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, BlindIndexField):
                yield model, field
