"""The worklist of staff: its tabs, filters, orderings and counts. One definition for the page and the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.counting import COUNTED_UP_TO, count_selects
from directory import queries
from directory.models import PetitionKind, Urgency
from dispatch.lifecycle import OrderState
from dispatch.models import Request as UnitRequest
from dispatch.models import RequestKind, RequestState, WorkOrder
from petitions.api.filters import InstantFilter, KnownFilter, StrictFilterSet, SubtreeFilter
from petitions.figures import FIGURES
from petitions.lifecycle import MATTER, OPEN, Exclusion, Publication, Rating, State
from petitions.models import Channel, Petition
from stations.queries import station_by_code

ORDERINGS: Final = ["submitted_at", "due_at", "state_since", "id"]
Condition = Callable[[], Q]


def one_of(rows: QuerySet[Any], column: str = "matter_id") -> Q:
    """Petitions that these few rows name in a column: an order's, unless another is said. As an array, worked out
    first: a semi-join under ORDER BY id LIMIT would be planned as a walk through all petitions until enough were found.
    """
    few = ArraySubquery(rows.order_by().values(column))
    return Q(Func(F("pk"), few, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()))


def _waiting_for(kind: str) -> Q:
    """Petitions with a work order whose unit waits for a ruling of this kind."""
    asked = UnitRequest.objects.filter(kind=kind, state=RequestState.OPEN)
    return one_of(WorkOrder.objects.filter(matter_type=MATTER, requests__in=asked))


def _on_ledger() -> Q:
    return one_of(WorkOrder.objects.filter(matter_type=MATTER, state=OrderState.PENDING_LEDGER))


def _to_publish() -> Q:
    """Petitions whose text waits to be written or approved; of what was not handled there is nothing to tell."""
    waiting = Q(publication__in=[Publication.CONSENTED, Publication.PROPOSED])
    return waiting & ~Q(state__in=[State.DECLINED, State.WITHDRAWN, State.MERGED])


TABS: dict[str, tuple[Any, Condition]] = {
    "all": (_("All"), lambda: Q()),
    "new": (_("New"), lambda: Q(state=State.SUBMITTED)),
    "triage": (_("Triage"), lambda: Q(state=State.REGISTERED)),
    "assigned": (_("With units"), lambda: Q(state__in=[State.ASSIGNED, State.IN_PROGRESS, State.REWORK])),
    "returns": (_("Returns to rule on"), lambda: _waiting_for(RequestKind.RETURN)),
    "extensions": (_("Extensions"), lambda: _waiting_for(RequestKind.EXTENSION)),
    "to_check": (_("Replies to check"), lambda: Q(state=State.REPLIED)),
    "overdue": (_("Overdue"), lambda: Q(state__in=sorted(OPEN), due_at__lte=timezone.now())),
    "dissatisfied": (_("Dissatisfied"), lambda: Q(result=Rating.DISSATISFIED, state__in=sorted(OPEN))),
    "ledger": (_("Pending ledger"), _on_ledger),
    "publication": (_("Publication"), _to_publish),
    "supervised": (_("Under supervision"), lambda: Q(supervised_at__isnull=False)),
    "exclusions": (_("Exclusions to rule on"), lambda: Q(exclusion=Exclusion.PROPOSED)),
    "restricted": (_("Restricted"), lambda: Q(restricted=True)),
}

# Tabs whose condition holds the time of day.
MOVING: Final = {"overdue"}
LACKED: Final = {"category": "category", "department": "lead_unit"}
WITHOUT: Final = [("category", _("No category")), ("department", _("No unit"))]


class WorklistFilter(StrictFilterSet):
    tab = django_filters.ChoiceFilter(choices=[(name, label) for name, (label, _q) in TABS.items()], method="by_tab")
    search = django_filters.CharFilter(method="match", max_length=100)
    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    kind = django_filters.MultipleChoiceFilter(choices=PetitionKind.choices)
    urgency = django_filters.MultipleChoiceFilter(choices=Urgency.choices)
    channel = django_filters.MultipleChoiceFilter(choices=Channel.choices)
    category = SubtreeFilter(queries.categories_of, "category")
    area = SubtreeFilter(queries.areas_of, "area")
    station = KnownFilter(station_by_code, "station")
    department = KnownFilter(queries.department_by_code, "lead_unit")
    # The very area or category, without what lies below it; what has no category, or no unit, yet.
    place = KnownFilter(queries.area_by_code, "area")
    subject = KnownFilter(queries.category_by_code, "category")
    without = django_filters.MultipleChoiceFilter(choices=WITHOUT, method="lacking")
    figure = django_filters.ChoiceFilter(
        choices=[(name, label) for name, (label, _q) in FIGURES.items()], method="behind"
    )
    submitted_after = InstantFilter("submitted_at", lookup_expr="gte")
    submitted_before = InstantFilter("submitted_at", lookup_expr="lt")

    class Meta:
        model = Petition
        fields: list[str] = []

    def by_tab(self, queryset: Any, name: str, value: str) -> Any:
        """One of the workbench's tabs."""
        return queryset.filter(TABS[value][1]())

    def behind(self, queryset: Any, name: str, value: str) -> Any:
        """The matters behind a figure of the statistics: the same condition that counted them."""
        return queryset.filter(FIGURES[value][1](timezone.now()))

    def lacking(self, queryset: Any, name: str, value: list[str]) -> Any:
        """What has no category, or no unit."""
        return queryset.filter(**{f"{LACKED[each]}__isnull": True for each in value})

    def match(self, queryset: Any, name: str, value: str) -> Any:
        """All words of the search."""
        return queryset.matching(value)


def counts(user: User, tabs: Iterable[str] = tuple(TABS)) -> dict[str, int]:
    """Return how many petitions `user` may read under each tab, at most COUNTED_UP_TO + 1, in ONE statement."""
    try:
        visible, bound = _where(Petition.objects.visible_to(user))
    except EmptyResultSet:  # such a user sees nothing at all
        return dict.fromkeys(tabs, 0)
    return count_selects({name: _tab(name, visible, bound) for name in tabs})


def _tab(name: str, visible: str, bound: list[Any]) -> tuple[str, list[Any]]:
    """The SELECT of a tab's rows: what the user may read is written once, and a tab's own condition once a process."""
    condition, values = _condition(name) if name not in MOVING else _condition.__wrapped__(name)
    both = " AND ".join(f"({part})" for part in (visible, condition) if part)
    sql = f"SELECT 1 FROM {Petition._meta.db_table} WHERE {both or 'true'} LIMIT {COUNTED_UP_TO + 1}"  # noqa: S608
    return sql, [*bound, *values]


@cache
def _condition(name: str) -> tuple[str, list[Any]]:
    return _where(Petition.objects.filter(TABS[name][1]()))


def _where(rows: QuerySet[Any]) -> tuple[str, list[Any]]:
    """The condition of a queryset that joins nothing, and its values, as the ORM writes them."""
    query = rows.query
    try:
        sql, values = query.get_compiler(DEFAULT_DB_ALIAS).compile(query.where)
    except FullResultSet:
        return "", []
    if len([alias for alias, uses in query.alias_refcount.items() if uses]) > 1:
        raise TypeError(f"A condition of the worklist's tabs joins no other table: {sql}")
    return sql, list(values)
