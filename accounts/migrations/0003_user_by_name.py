"""An index for finding people by the name that is shown."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0002_consent_texts")]

    operations = [
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(fields=["display_name"], name="accounts_user_by_name"),
        ),
    ]
