"""Indexes for the auditor: entries by day and by person."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("journal", "0004_administrators_act")]

    operations = [
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(fields=["at"], name="journal_by_day"),
        ),
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                fields=["actor", "id"], condition=models.Q(actor__isnull=False), name="journal_by_actor"
            ),
        ),
    ]
