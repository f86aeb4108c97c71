from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


def unique_concurrently(name: str, columns: str, condition: str, constraint: models.UniqueConstraint):
    """A unique index under a condition, as Django's constraint would make it, but while others write."""
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            # One that was interrupted leaves an index that is not valid.
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop),
            migrations.RunSQL(
                f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON petitions_attachment ({columns}) WHERE {condition}",
                f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            ),
        ],
        state_operations=[migrations.AddConstraint(model_name="attachment", constraint=constraint)],
    )


class Migration(migrations.Migration):
    """Files of drafts: a column with a constant default, which rewrites nothing; indexes made while others write.

    The old constraint goes last and takes a moment, whatever the table's size: until then no file is kept twice.
    """

    atomic = False

    dependencies = [("petitions", "0014_exclusion")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="unsigned",
            field=models.BooleanField(db_default=False, default=False),
        ),
        AddIndexConcurrently(
            model_name="attachment",
            index=models.Index(fields=["id"], condition=Q(unsigned=True), name="attachment_unsigned"),
        ),
        unique_concurrently(
            "attachment_shown_once",
            "petition_id, digest",
            "NOT unsigned",
            models.UniqueConstraint(
                fields=["petition", "digest"], condition=Q(unsigned=False), name="attachment_shown_once"
            ),
        ),
        unique_concurrently(
            "attachment_drafted_once",
            "reply_id, digest",
            "unsigned",
            models.UniqueConstraint(
                fields=["reply", "digest"], condition=Q(unsigned=True), name="attachment_drafted_once"
            ),
        ),
        migrations.RemoveConstraint(model_name="attachment", name="attachment_once"),
    ]
