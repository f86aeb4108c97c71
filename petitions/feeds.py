"""Published petitions as an Atom feed, for readers and for other portals."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from petitions.models import Petition

MOST = 30


if TYPE_CHECKING:
    _Feed = Feed[Petition, Any]
else:  # the class itself takes no types at run time
    _Feed = Feed


class PublishedFeed(_Feed):
    """The latest published petitions, their approved words only."""

    feed_type = Atom1Feed
    title = _("Published petitions")
    subtitle = _("What residents asked for, what was done about it, and how they judged the result.")

    def link(self) -> str:
        """The page this feed follows."""
        return reverse("petitions:published")

    def items(self) -> Any:
        """One SELECT by the index of published petitions."""
        columns = ("id", "reference", "public_title", "public_text", "published_at")
        return Petition.objects.published().only(*columns).order_by("-published_at", "-id")[:MOST]

    def item_title(self, item: Petition) -> str:
        """The approved title."""
        return item.public_title

    def item_description(self, item: Petition) -> str:
        """The approved text."""
        return item.public_text

    def item_link(self, item: Petition) -> str:
        """Its public page."""
        return reverse("petitions:published_one", args=[item.reference])

    def item_updateddate(self, item: Petition) -> datetime | None:
        """When it was published."""
        return item.published_at
