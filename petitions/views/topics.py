"""What many residents write about, counted over published petitions only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from petitions import topic_pages
from petitions.learning.topics import WINDOWS
from petitions.models import HotTopic

USUAL_WINDOW = 30


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """Topics of 7, 30 or 90 days, those of most people first; two SELECTs."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(each) for each in WINDOWS} else USUAL_WINDOW
    found = HotTopic.objects.filter(days=days).exclude(public_title="").select_related("area")
    rows = list(found.order_by("-public_people", "-public_messages", "group"))
    members = topic_pages.public_members(rows)
    shown = [{"topic": topic, "petitions": members[topic.group]} for topic in rows]
    return render(request, "petitions/topics.html", {"rows": shown, "days": days, "windows": WINDOWS})
