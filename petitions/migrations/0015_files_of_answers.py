from django.db import migrations, models


class Migration(migrations.Migration):
    """Files that come with an answer: two columns with constant defaults, which rewrite nothing."""

    dependencies = [("petitions", "0014_exclusion")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="withheld",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="attachment",
            name="taken_off_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
