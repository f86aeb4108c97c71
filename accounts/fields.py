"""Model fields for contact details: encrypted text, and the blind index that finds it."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from accounts import crypto


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and plain in Python. Empty text is stored as empty text.

    It cannot be searched (the ciphertext differs each time); look-ups other than `isnull` are refused.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None else crypto.encrypt(value)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return value if value is None else crypto.decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: look it up by its blind index.")
        return super().get_lookup(lookup_name)


class BlindIndexField(models.CharField):
    """The blind index of another field of the row, computed at each save so that the two cannot disagree.

    With `update_fields`, name both. `manage.py reindex_contacts` rebuilds it after a change of key.
    """

    def __init__(self, *args: Any, source: str, purpose: str, **kwargs: Any) -> None:
        self.source, self.purpose = source, purpose
        kwargs |= {"max_length": 64, "editable": False, "blank": True, "default": ""}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "editable", "blank", "default"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs | {"source": self.source, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        index = self.compute(model_instance)
        setattr(model_instance, self.attname, index)
        return index

    def compute(self, row: models.Model) -> str:
        """Return the index that `row` should carry."""
        return crypto.blind_index(getattr(row, self.source) or "", purpose=self.purpose)
