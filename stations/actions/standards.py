"""Loading the standards and quotas that a deployment sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from stations.models import Quota, Standard


@transaction.atomic
def load_standards(*, standards: Sequence[Mapping[str, str]], quotas: Sequence[Mapping[str, str]]) -> None:
    """Create and update by code, and by subject and kind; the order of the lines is that of the checklist."""
    for position, row in enumerate(standards):
        found = Standard.objects.filter(code=row["code"]).first() or Standard(code=row["code"])
        found.kind, found.title, found.title_en = row["kind"], row["title"], row["title_en"]
        found.for_models_only, found.needs_photo = bool(row["for_models_only"]), bool(row["needs_photo"])
        found.position = position
        found.full_clean()
        found.save()
    for row in quotas:
        held = Quota.objects.filter(subject=row["subject"], station_kind=row["station_kind"]).first()
        quota = held or Quota(subject=row["subject"], station_kind=row["station_kind"])
        quota.per_year, quota.per_year_model = int(row["per_year"]), int(row["per_year_model"])
        quota.full_clean()
        quota.save()
