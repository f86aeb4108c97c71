"""What is counted of each petition, as SQL: its unit, area, category, and a truth for each figure.

The truths are the very conditions of the worklist's filter `figure`. What hangs on a petition's orders and on the
router's view is looked up petition by petition where somebody asks about few, and joined where somebody asks about most
of a time: a third of the work. Both give the same (tests/insights/test_facts.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from directory.models import Department
from insights.question import Question
from petitions.figures import CHOSEN, FIGURES, IN_RATES, KEPT, SUMS, contact, contacts
from petitions.models import Petition, PetitionQuerySet, Routing

Select = tuple[str, list[Any]]
# What is counted; the rest is their sum.
COUNTED: Final = tuple(name for name in FIGURES if name != "received" and name not in SUMS)
KEYS: Final = ("lead_unit_id", "area_id", "category_id")
# Two figures come from one look at a petition's orders (`petitions.figures.contact`).
OF_CONTACT: Final = {"contact_due": "met IS NOT NULL", "contacted": f"met = {KEPT}"}
OF_ROUTER: Final = ("routed", "overturned")
# Looking up costs three times what joining costs, for a petition; but one joins all of the time.
DEARER: Final = 3

# OFFSET 0: the petitions are found first, each truth worked out once.
_JOINED = """
SELECT found.*, CASE WHEN found.in_rates THEN orders.worst END AS met,
       view.petition_id IS NOT NULL AS is_routed,
       view.petition_id IS NOT NULL AND (found.lead_unit_id IS NULL OR unit.code <> view.chosen) AS is_overturned
FROM ({found} OFFSET 0) AS found
LEFT JOIN ({orders}) AS orders ON orders.matter_id = found.id
LEFT JOIN ({views}) AS view ON view.petition_id = found.id
LEFT JOIN {units} AS unit ON unit.id = found.lead_unit_id
"""


def facts(found: PetitionQuerySet, question: Question, now: datetime) -> Select:
    """Return a SELECT with a row for each petition found: KEYS, `submitted_at`, `met`, and `is_…` for each figure.

    Raises EmptyResultSet where nothing can be found. Takes a glance at the planner's guess, and one at an index.
    """
    if expected(found) * DEARER > expected(_of_time(question)):
        return joined(found, question, now)
    return looked_up(found, now)


def expected(rows: QuerySet[Any]) -> int:
    """How many rows the planner expects, without reading them."""
    sql, values = _select(rows.order_by().values("pk"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
        [[plan]] = cursor.fetchone()
    return int(plan["Plan"]["Plan Rows"])


def looked_up(found: PetitionQuerySet, now: datetime) -> Select:
    """The facts with a look at the orders and the router's view of each petition."""
    truths = _truths(now, [name for name in COUNTED if name not in OF_CONTACT])
    return _select(found.order_by().annotate(met=contact(now), **truths).values(*KEYS, "submitted_at", "met", *truths))


def joined(found: PetitionQuerySet, question: Question, now: datetime) -> Select:
    """The facts with the orders and the router's views of all petitions of the question's months."""
    lowest, highest = _ends(question)
    # Where the time is not over yet, a petition may arrive between these two statements.
    ends = {"gte": lowest} if question.until > now else {"gte": lowest, "lte": highest}
    truths = _truths(now, [name for name in COUNTED if name not in (*OF_CONTACT, *OF_ROUTER)])
    truths["in_rates"] = ExpressionWrapper(IN_RATES, BooleanField())
    own = found.order_by().annotate(**truths).values("id", *KEYS, "submitted_at", *truths)
    views = Routing.objects.filter(assigned=True, **{f"petition_id__{end}": number for end, number in ends.items()})
    parts = {
        "found": _select(own),
        "orders": _select(contacts(now).filter(**{f"matter_id__{end}": number for end, number in ends.items()})),
        "views": _select(views.values("petition_id", chosen=CHOSEN)),
    }
    sql = {name: text for name, (text, _values) in parts.items()}
    units = connection.ops.quote_name(Department._meta.db_table)
    return _JOINED.format(units=units, **sql), [value for _text, values in parts.values() for value in values]


def _truths(now: datetime, names: list[str]) -> dict[str, Any]:
    return {f"is_{name}": ExpressionWrapper(FIGURES[name][1](now), BooleanField()) for name in names}


def _of_time(question: Question) -> PetitionQuerySet:
    return Petition.objects.filter(submitted_at__gte=question.since, submitted_at__lt=question.until)


def _ends(question: Question) -> tuple[int, int]:
    """The lowest and the highest number of the petitions of these months: nothing of theirs has others.

    OFFSET 0: by the index of `submitted_at` alone; the planner would walk all numbers from the first.
    """
    sql, values = _select(_of_time(question).order_by().values("pk"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(pk), max(pk) FROM ({sql} OFFSET 0) AS numbers", values)  # noqa: S608, the ORM's
        lowest, highest = cursor.fetchone()
    return lowest or 0, highest or 0


def _select(rows: QuerySet[Any, Any]) -> Select:
    sql, values = rows.query.sql_with_params()
    return sql, list(values)
