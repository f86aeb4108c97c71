"""A co-unit's opinion has no class of result. Nothing is read or rewritten here; 0006 marks and checks what there is.

Until then, and while the code of yesterday still writes, an opinion with a class passes as a reply does.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

CLASSED = models.CheckConstraint(
    condition=models.Q(opinion=False, result_class__in=["a", "b", "c", "d"])
    | models.Q(opinion=True, result_class="", promised_on__isnull=True),
    name="reply_classed_unless_opinion",
)


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0004_running_by_due")]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="opinion",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="reply",
            name="result_class",
            field=models.CharField(
                blank=True,
                choices=[
                    ("a", "A: solved"),
                    ("b", "B: planned, with a date"),
                    ("c", "C: not feasible for now"),
                    ("d", "D: for reference"),
                ],
                max_length=1,
            ),
        ),
        AddConstraintNotValid(model_name="reply", constraint=CLASSED),
    ]
