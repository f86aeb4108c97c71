from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    # Built while the journal is written to.
    atomic = False

    dependencies = [
        ('journal', '0002_facts'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='entry',
            index=models.Index(condition=models.Q(('data__has_key', 'deputies')), fields=['id'], name='journal_facts'),
        ),
    ]
