from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The tab “With units”: among many new petitions the few with units would be looked for one by one."""

    atomic = False

    dependencies = [
        ("petitions", "0011_supervision_indexes"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="petition",
            index=models.Index(
                condition=models.Q(("state__in", ["assigned", "in_progress", "rework"])),
                fields=["-id"],
                name="petition_with_unit",
            ),
        ),
    ]
