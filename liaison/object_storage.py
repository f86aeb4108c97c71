"""Attachments and exports in a private bucket that speaks S3 (ATTACHMENT_S3_…), served by the portal's own views.

Whatever goes wrong there is an OSError, as a disk's faults are: who calls knows one way to fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage


@contextmanager
def _as_a_disk() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        # Its text may quote the address with its signature.
        raise OSError(f"object storage: {type(error).__name__}") from None


class ObjectStorage(S3Storage):
    """django-storages' S3, with private objects, short patience, and names that are never written over."""

    def get_default_settings(self) -> dict[str, Any]:
        """Ours, where they differ."""
        return {
            **super().get_default_settings(),
            "default_acl": None,  # the bucket's own: private
            "file_overwrite": False,
            "addressing_style": "path",
            "client_config": Config(
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=20,
                retries={"total_max_attempts": 2},
            ),
        }

    def _save(self, name: str, content: Any) -> str:
        with _as_a_disk():
            return str(super()._save(name, content))

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _as_a_disk():
            return super()._open(name, mode)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        with _as_a_disk():
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        """Its length in bytes."""
        with _as_a_disk():
            return int(super().size(name))

    def delete(self, name: str) -> None:
        """Remove it; one that is not there is removed already."""
        with _as_a_disk():
            super().delete(name)
