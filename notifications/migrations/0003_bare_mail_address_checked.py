"""Check the rows there are: reads the table, and lets everybody write meanwhile."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_bare_mail_address")]

    operations = [ValidateConstraint(model_name="delivery", name="delivery_one_recipient")]
