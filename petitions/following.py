"""What followers of a published petition are told: the turns on its public timeline, in its approved words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from journal.models import Entry, Visibility
from notifications.actions import Message
from petitions.actions.following import stop_link
from petitions.followers import Follower
from petitions.lifecycle import Publication
from petitions.models import Petition
from petitions.timeline import label

TURNS: Final = frozenset(
    {
        *("assign", "reassign", "sign", "grant_extension", "grant_ledger", "clear_ledger", "approve_reply"),
        *("answer_on_spot", "evaluate", "lapse", "conclude", "reopen", "supervise", "convert"),
    }
)
BODY: Final = _("“%(title)s”: %(turn)s. Read it: %(url)s To stop: %(stop)s")


def messages_to_followers(entry: Entry, petition: Petition, *, site: str) -> list[Message]:
    """Return one message a follower; one SELECT for a published petition's public turns, none for all others."""
    public = petition.publication == Publication.PUBLISHED and not petition.restricted
    if not public or entry.visibility != Visibility.PUBLIC or entry.action not in TURNS:
        return []
    followers = Follower.objects.confirmed().filter(petition=petition, confirmed_at__lt=entry.at)
    return [_message(entry, petition, follower, site) for follower in followers.order_by("pk")]


def _message(entry: Entry, petition: Petition, follower: Follower, site: str) -> Message:
    with override(follower.language):
        words = {
            "title": petition.public_title,
            "turn": label(entry.action, entry.to_state),
            "url": f"{site}/published/{petition.reference}/",
            "stop": stop_link(follower),
        }
        return Message(
            # A bare address has no identity of its own, so the event names the follower: once is once.
            event=f"journal:{entry.pk}:follower:{follower.pk}",
            channel=follower.channel,
            address=follower.address,
            language=follower.language,
            subject=petition.public_title,
            body=str(BODY) % words,
        )
