"""What the database itself refuses, whoever writes."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from directory.models import Area, Category, CoUnit, Department, Responsibility, ServiceLevel

pytestmark = pytest.mark.django_db


def refused(write):
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def test_trees(loaded):
    area = Area.objects.get(code="1001")
    refused(lambda: Area.objects.create(code="1001", name="x", level="city", path="1001."))
    refused(lambda: Area.objects.create(code="5", name="x", level="village", path="5."))
    refused(lambda: Area.objects.create(code="5", name="x", level="city", path="6."))
    refused(lambda: Area.objects.create(code="a.b", name="x", level="city", path="a.b."))
    refused(lambda: Area.objects.create(code="5", name="山城", level="city", path="5."))  # a root's name, too
    refused(lambda: Area.objects.filter(pk=area.pk).update(latitude=None))
    refused(lambda: Area.objects.filter(pk=area.pk).update(parent=area))
    refused(lambda: Category.objects.filter(code="A").update(path="B."))


def test_dates_and_limits(loaded):
    refused(lambda: Department.objects.filter(code="water").update(active_until=date(2000, 1, 1)))
    refused(lambda: Responsibility.objects.update(valid_until=date(2018, 1, 1)))
    refused(lambda: ServiceLevel.objects.create(kind="claim", urgency="urgent", sign_hours=2))
    refused(lambda: ServiceLevel.objects.create(kind="claim", urgency="complex"))
    refused(lambda: ServiceLevel.objects.create(kind="claim", urgency="complex", sign_hours=2, sign_wd=1))
    refused(lambda: ServiceLevel.objects.create(kind="gossip", urgency="complex", sign_wd=1))


def test_a_lead_is_never_its_own_co_unit(loaded):
    line = Responsibility.objects.get(lead__code="water")
    refused(lambda: CoUnit.objects.create(responsibility=line, department=line.lead))
    refused(lambda: Responsibility.objects.filter(pk=line.pk).update(lead=line.co_units.first()))


def test_a_subtree_is_one_prefix_scan(loaded):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Area.objects.under(Area.objects.get(code="1001")).order_by().explain()
    assert "area_path_prefix" in plan
