"""A bare e-mail address may get a message too. The check is exchanged without reading the table; 0003 reads it."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import accounts.fields

RECIPIENT = models.CheckConstraint(
    condition=models.Q(user__isnull=False, contact__isnull=True, address__isnull=True)
    | models.Q(user__isnull=True, contact__isnull=False, address__isnull=True)
    | models.Q(user__isnull=True, contact__isnull=True, address__isnull=False, channel__in=["sms", "email"]),
    name="delivery_one_recipient",
)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="delivery", name="delivery_one_recipient"),
        migrations.AlterField(
            model_name="delivery",
            name="address",
            field=accounts.fields.EncryptedTextField(blank=True, null=True, verbose_name="address"),
        ),
        AddConstraintNotValid(model_name="delivery", constraint=RECIPIENT),
    ]
