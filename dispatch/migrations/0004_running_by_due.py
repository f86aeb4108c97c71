"""An index for the overdue orders of all units."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("dispatch", "0003_held_orders")]

    operations = [
        AddIndexConcurrently(
            model_name="workorder",
            index=models.Index(
                fields=["internal_due_at"],
                condition=models.Q(state__in=["assigned", "signed", "return_requested"]),
                name="order_running_by_due",
            ),
        ),
    ]
