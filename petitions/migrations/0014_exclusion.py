import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Leaving a matter out of the rates: two columns with constant defaults, which rewrite nothing, and a small index."""

    atomic = False

    dependencies = [
        ("petitions", "0013_open_by_due"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="petition",
            name="exclusion",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Counted in the rates"),
                    ("proposed", "Proposed to be left out of the rates"),
                    ("excluded", "Left out of the rates"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="petition",
            name="exclusion_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        AddIndexConcurrently(
            model_name="petition",
            index=models.Index(
                condition=models.Q(("exclusion", "proposed")), fields=["-id"], name="petition_to_exclude"
            ),
        ),
    ]
