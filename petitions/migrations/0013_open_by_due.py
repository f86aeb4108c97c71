import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """A unit's matters come from an index in the list's order, and the overdue ones without a look at all open ones.

    The unit's own index goes when the new one is there: dropping one takes a moment, whatever the table's size.
    """

    atomic = False

    dependencies = [
        ("directory", "0001_initial"),
        ("petitions", "0012_with_unit_index"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="petition",
            index=models.Index(fields=["lead_unit", "-id"], name="petition_of_unit"),
        ),
        AddIndexConcurrently(
            model_name="petition",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        ["assigned", "awaiting_evaluation", "in_progress", "registered", "replied", "rework", "submitted"],
                    )
                ),
                fields=["due_at", "id"],
                name="petition_open_by_due",
            ),
        ),
        migrations.AlterField(
            model_name="petition",
            name="lead_unit",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="petitions",
                to="directory.department",
            ),
        ),
    ]
