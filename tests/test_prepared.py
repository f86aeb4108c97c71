"""Prepared queries give what their querysets give; prepared writes leave the rows that Django's own would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import DEFERRED
from django.test.utils import CaptureQueriesContext

from accounts.models import Consent, Contact
from common.counting import PreparedCounts, count_each
from common.deferred import filled_up
from common.prepared import Prepared, PreparedRow, insert, insert_all, update, update_all
from desks.inbox import COUNTS, MONTHS, by_tab
from dispatch.models import WorkOrder
from journal.models import Entry
from petitions import search
from petitions.models import Petition
from petitions.orders import BY_REFERENCE, ORDERS, PETITION
from tests.cast import RESIDENT_PHONE

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def columns(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def contact(**values: Any) -> Contact:
    return Contact(**{"name": "王芳", "phone": "13800000001", "language": "zh-hans", "created_at": NOW, **values})


@pytest.fixture
def petition(walk: Any) -> Petition:
    walk.to("in_progress")
    return Petition.objects.get(reference=walk.reference)


@pytest.mark.django_db
def test_it_gives_what_the_queryset_gives(petition: Petition) -> None:
    for query, values in ((PETITION, [petition.pk]), (BY_REFERENCE, [petition.reference]), (ORDERS, [petition.pk])):
        plain = list(query.build(*values))
        assert plain
        for _ in range(2):  # written, then kept
            kept = query.rows(*values)
            assert [columns(row) for row in kept] == [columns(row) for row in plain]
            assert [row.get_deferred_fields() for row in kept] == [row.get_deferred_fields() for row in plain]
            assert [row._state.fields_cache.keys() for row in kept] == [row._state.fields_cache.keys() for row in plain]


@pytest.mark.django_db
def test_a_row_of_counts_is_that_of_its_queryset(petition: Petition) -> None:
    unit, when = petition.lead_unit_id, petition.submitted_at
    for values in ([unit], when - timedelta(days=9), when, when + timedelta(days=9)), ([0], when, when, when):
        plain = MONTHS.build(*values).get()
        for _ in range(2):  # written, then kept
            assert MONTHS.get(*values) == plain
    assert any(MONTHS.get([unit], when - timedelta(days=9), when, when + timedelta(days=9)))
    assert not any(MONTHS.get([0], when, when, when))


@pytest.mark.django_db
def test_prepared_counts_are_those_of_the_querysets(walk: Any, petition: Petition) -> None:
    order = WorkOrder.objects.get(matter_id=petition.pk)
    handler = order.department.memberships.filter(role="handler")[0].user_id
    WorkOrder.objects.filter(pk=order.pk).update(handler=handler)
    late, early = order.internal_due_at + timedelta(days=1), order.assigned_at
    seen = set()
    for units, user, now in ([order.department_id], handler, early), ([order.department_id], 0, late), ([0], 0, late):
        asked = (units, user, now, now + timedelta(days=2))
        plain = count_each(by_tab(*asked))
        for _ in range(2):  # written, then kept
            with CaptureQueriesContext(connection) as statements:
                assert COUNTS.get(*asked) == plain
            assert len(statements) == 1
        seen.add(tuple(plain.values()))
    assert len(seen) == 3, "the values reach the statement"


def test_a_count_that_reckons_with_a_value_cannot_be_prepared() -> None:
    moved = PreparedCounts(
        lambda at: {"all": Petition.objects.filter(submitted_at__gte=at - timedelta(days=1))}, datetime
    )
    with pytest.raises(TypeError, match="does not reach its SQL"):
        moved.get(NOW)


@pytest.mark.django_db
def test_columns_left_out_are_left_out_as_django_does(petition: Petition) -> None:
    for rows in (
        Petition.objects.defer("text", "search"),
        Petition.objects.only("title", "lead_unit", "reference"),
        Petition.objects.all(),
        WorkOrder.objects.only("kind", "title"),
    ):
        model = rows.model
        names = [field.attname for field in model._meta.concrete_fields]
        row = rows.get()
        left_out = row.get_deferred_fields()
        read = [name for name in names if name not in left_out]
        values = list(model.objects.values_list(*read).get())
        kept = filled_up(model, read, values)
        assert [value for value in kept if value is not DEFERRED] == values
        assert {name for name, value in zip(names, kept, strict=True) if value is DEFERRED} == left_out
        assert all(getattr(row, name) == value for name, value in zip(read, values, strict=True))


def test_a_value_that_is_reckoned_with_cannot_be_prepared() -> None:
    moved = PreparedRow(
        lambda at: Petition.objects.filter(submitted_at__gte=at - timedelta(days=1)).values_list("pk"), datetime
    )
    with pytest.raises(TypeError, match="does not reach its SQL"):
        moved.get(NOW)


@pytest.mark.django_db
def test_related_objects_come_with_it_and_nothing_is_asked_twice(petition: Petition) -> None:
    PETITION.get(petition.pk)
    with CaptureQueriesContext(connection) as asked:
        found = PETITION.get(petition.pk)
        assert found.contact.phone == RESIDENT_PHONE
        assert found.lead_unit is not None
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_row_that_is_not_there(petition: Petition) -> None:
    for number in (0, -1, 2**62, 2**80):
        assert PETITION.rows(number) == []
        with pytest.raises(Petition.DoesNotExist):
            PETITION.get(number)
    assert BY_REFERENCE.rows("'; DROP TABLE petitions_petition; --") == []
    assert BY_REFERENCE.rows(None) == []


@pytest.mark.django_db
def test_any_number_of_values_is_one_parameter(petition: Petition) -> None:
    orders = Prepared(lambda pks: WorkOrder.objects.filter(pk__among=pks), list)
    keys = list(WorkOrder.objects.values_list("pk", flat=True))
    assert {row.pk for row in orders.rows(keys)} == set(keys)
    assert orders.rows([]) == []
    of_units = Prepared(lambda units: WorkOrder.objects.filter(department__among=units), list)
    units = set(WorkOrder.objects.values_list("department_id", flat=True))
    assert {row.pk for row in of_units.rows(list(units))} == set(keys)


@pytest.mark.django_db
def test_a_value_that_would_be_lost_is_refused() -> None:
    with pytest.raises(TypeError, match="does not reach"):
        Prepared(lambda word: Petition.objects.filter(title__contains=word), str).rows("灯")
    with pytest.raises(TypeError, match="whole objects"):
        Prepared(lambda pk: Petition.objects.filter(pk=pk).values("pk"), int).rows(1)  # type: ignore[type-var]


@pytest.mark.django_db(transaction=True)
def test_a_lock_needs_a_transaction() -> None:
    lock = Prepared(lambda pk: Contact.objects.select_for_update().filter(pk=pk), int)
    row = insert(contact())
    with transaction.atomic():
        assert lock.get(row.pk) == row
    with pytest.raises(transaction.TransactionManagementError):
        lock.get(row.pk)


@pytest.mark.django_db
def test_insert_leaves_the_row_that_save_leaves() -> None:
    ours, theirs = insert(contact()), contact()
    theirs.save(force_insert=True)
    assert ours.pk
    assert not ours._state.adding
    kept = [columns(Contact.objects.get(pk=row.pk)) | {"id": 0} for row in (ours, theirs)]
    assert kept[0] == kept[1]
    assert kept[0]["phone_index"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_contact WHERE id = %s", [ours.pk])
        assert "13800000001" not in cursor.fetchone()[0]


@pytest.mark.django_db
def test_several_are_one_insert_each_with_its_number() -> None:
    with CaptureQueriesContext(connection) as asked:
        rows = insert_all([contact(name=name) for name in "甲乙丙"])
    assert len(asked) == 1
    assert [Contact.objects.get(pk=row.pk).name for row in rows] == list("甲乙丙")


@pytest.mark.django_db
def test_an_expression_is_written_by_the_database(petition: Petition) -> None:
    petition.search = search.vector("鲸鱼搁浅")
    update(petition, ["search", "title"])
    assert Petition.objects.matching("鲸鱼").get() == petition


@pytest.mark.django_db
def test_update_changes_these_fields_alone(petition: Petition) -> None:
    other = Petition.objects.get(pk=petition.pk)
    other.address = "新地址"
    update(other, ["address"])
    petition.title, petition.address = "另一个标题", "不写"
    update(petition, ["title"])
    found = Petition.objects.get(pk=petition.pk)
    assert (found.title, found.address) == ("另一个标题", "新地址")


@pytest.mark.django_db
def test_many_are_updated_each_with_its_own_values() -> None:
    rows = insert_all([contact(name=name) for name in "甲乙丙"])
    for number, row in enumerate(rows):
        row.name, row.erased_at = f"{row.name}{number}", None if number else NOW
    with CaptureQueriesContext(connection) as asked:
        update_all(rows, ["name", "erased_at"])
    assert len(asked) == 1
    kept = [Contact.objects.get(pk=row.pk) for row in rows]
    assert [(row.name, row.erased_at) for row in kept] == [("甲0", NOW), ("乙1", None), ("丙2", None)]
    update_all([], ["name"])


@pytest.mark.django_db
def test_json_and_numbers_of_many(petition: Petition) -> None:
    orders = list(WorkOrder.objects.all())
    for order in orders:
        order.alerts_given, order.alert_failures, order.alert_error = ["overdue:1:2"], 3, "KeyError"
    update_all(orders, ["alerts_given", "alert_failures", "alert_error"])
    for order in WorkOrder.objects.all():
        assert (order.alerts_given, order.alert_failures, order.alert_error) == (["overdue:1:2"], 3, "KeyError")


@pytest.mark.django_db
def test_updating_what_is_gone_says_so() -> None:
    row = insert(contact())
    Consent.objects.filter(contact=row).delete()
    Contact.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        update(row, ["name"])


@pytest.mark.django_db
def test_a_broken_insert_ends_the_transaction_as_djangos_would(petition: Petition) -> None:
    twin = Petition.objects.get(pk=petition.pk)
    twin.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        insert(twin)  # the same reference
    assert Entry.objects.exists()
