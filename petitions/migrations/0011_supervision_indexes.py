"""Indexes for what a supervisor looks for among all petitions."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("petitions", "0010_claims")]

    operations = [
        AddIndexConcurrently(
            model_name="petition",
            index=models.Index(fields=["due_at"], condition=models.Q(failures__gte=2), name="petition_failed_twice"),
        ),
        AddIndexConcurrently(
            model_name="petition",
            index=models.Index(
                fields=["supervision_asked_at"],
                condition=models.Q(supervision_asked_at__isnull=False),
                name="petition_supervision_asked",
            ),
        ),
    ]
