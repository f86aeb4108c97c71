"""What may be asked of the table of petitions: what a person may read, what waits for somebody, what holds a word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connections, models

from accounts.models import User
from directory import queries
from petitions import search
from petitions.access import visible_filter
from petitions.lifecycle import OPEN, Publication, State

if TYPE_CHECKING:
    from petitions.models import Petition  # noqa: F401 - its name stands below, in quotes

FEW = 2500  # petitions; fetched by their numbers in a moment
COMMON = 500  # one petition in so many


class PetitionQuerySet(models.QuerySet["Petition"]):
    def visible_to(self, user: User | Any) -> PetitionQuerySet:
        """Exactly the petitions this user may read: the one rule for pages, API, exports and statistics."""
        return self.filter(visible_filter(user))

    def with_all(self) -> PetitionQuerySet:
        """With everything that a page or an answer about one petition shows: one SELECT.

        Category, area, station and unit need no join (`Petition.from_db`); the few merged ones ask for their main one.
        """
        return self.select_related("contact", "routing").defer("search")

    def published(self) -> PetitionQuerySet:
        """What everybody may read, through its public text only."""
        return self.filter(publication=Publication.PUBLISHED, restricted=False)

    def open(self) -> PetitionQuerySet:
        """Petitions on which somebody still has to act."""
        return self.filter(state__in=OPEN)

    def due(self, now: datetime) -> PetitionQuerySet:
        """Petitions the clock must look at, the longest waiting first."""
        return self.filter(alert_at__lte=now).order_by("alert_at", "pk")

    def unrouted(self) -> PetitionQuerySet:
        """Petitions the router has not looked at yet (partial index `petition_unrouted`)."""
        return self.filter(routed_at__isnull=True, state__in=[State.SUBMITTED, State.REGISTERED])

    def matching_public(self, words: str) -> PetitionQuerySet:
        """Published petitions in whose public text all of `words` occur; the resident's own words stay unseen."""
        return self._with_words(words, "public_search")

    def matching(self, words: str) -> PetitionQuerySet:
        """Petitions in which all of `words` occur: title, text, reference, address; Chinese of any length."""
        return self._with_words(words, "search")

    def _with_words(self, words: str, column: str) -> PetitionQuerySet:
        query = search.query(words)
        if query is None:  # nothing to look for is no condition; signs without a word occur nowhere
            return self.none() if words.strip() else self
        few = self._few(words, query, column)
        return self.filter(**{column: query}) if few is None else self.filter(pk__among=few)

    def _few(self, words: str, query: Any, column: str) -> list[int] | None:
        """The petitions with these words by the index of words, where they are few; None where they may be many.

        PostgreSQL overrates rare words: in the order of the list it would look through a million rows for the one.
        Frequent words are found soonest in that order, and are not asked for here. At most one SELECT.
        """
        if not search.is_selective(words, self.common_words(column)):
            return None
        rows = self.model._default_manager.using(self.db).filter(**{column: query}).order_by()
        found = list(rows.values_list("pk", flat=True)[: FEW + 1])
        return found if len(found) <= FEW else None

    def common_words(self, column: str) -> Mapping[str, float]:
        """Words that more than one petition in `COMMON` holds, with the share of those that do; kept a while.

        As PostgreSQL's statistics know them.
        """
        return queries.keep(f"common words {column}", lambda: _common_words(self.model._meta.db_table, column, self.db))


def _common_words(table: str, column: str, alias: str) -> dict[str, float]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT word, part FROM pg_stats,"
            " unnest(most_common_elems::text::text[], most_common_elem_freqs) AS known(word, part)"
            " WHERE schemaname = current_schema AND tablename = %s AND attname = %s AND part > 1.0 / %s",
            [table, column, COMMON],
        )
        return {word: part for word, part in cursor.fetchall() if word}
