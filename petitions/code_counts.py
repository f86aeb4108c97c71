"""How often a QR code was scanned, and what was submitted through it."""

from __future__ import annotations

from django.db.models import Count, Sum

from petitions.models import Petition
from stations.models import CodeScans, OpinionCode


def code_counts(code: OpinionCode) -> dict[str, int]:
    """Two aggregates by index. Of scans only numbers by day are kept."""
    scans = CodeScans.objects.filter(code=code).aggregate(number=Sum("number"))["number"] or 0
    return {"scans": scans, "submissions": Petition.objects.filter(via=code).aggregate(number=Count("pk"))["number"]}
