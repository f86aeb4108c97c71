"""Which petitions this browser has opened: by having submitted them, or by reference and telephone number.

Kept in the session (half an hour of idleness, HOUSE settings), never in an address: no token can be read over a
shoulder, forwarded with a link or found in a log.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from petitions.models import Petition

KEY: Final = "petitions"
MOST: Final = 20


def open_for(request: HttpRequest, petition: Petition) -> None:
    """Let this browser read the petition from now on; the session's key changes, so that none can be planted."""
    held = [pk for pk in request.session.get(KEY, []) if pk != petition.pk]
    request.session.cycle_key()
    request.session[KEY] = [*held, petition.pk][-MOST:]


def close_all(request: HttpRequest) -> None:
    """Forget them all: for a computer that others use too."""
    request.session.pop(KEY, None)


def is_open(request: HttpRequest, petition: Petition) -> bool:
    """Whether this browser may read the petition as its petitioner."""
    if petition.pk in request.session.get(KEY, []):
        return True
    own = getattr(request.user, "phone_index", "") if request.user.is_authenticated else ""
    return bool(own) and petition.contact.phone_index == own
