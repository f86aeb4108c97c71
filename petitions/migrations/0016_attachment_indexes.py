from django.db import migrations, models
from django.db.models import Q


class StillWithheld(Exception):
    """Going back would show files to residents that a unit or the station still holds."""


def concurrently(name, definition, state):
    """An index as Django would make it, but while others write; one that was interrupted is made anew."""
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(drop, migrations.RunSQL.noop),
            migrations.RunSQL(f"CREATE {definition}", drop),
        ],
        state_operations=[state],
    )


def refuse_to_show(apps, schema_editor):
    """Before the columns go: without them every file of a draft would be one that the resident sees."""
    if apps.get_model("petitions", "Attachment").objects.filter(withheld=True).exists():
        raise StillWithheld("Files of answers that were not passed on would be shown to residents: settle them first.")


class Migration(migrations.Migration):
    """Each step can be run again where it was interrupted; the old constraint goes last and takes a moment.

    Until then no file is kept twice.
    """

    atomic = False

    dependencies = [("petitions", "0015_files_of_answers")]

    operations = [
        concurrently(
            "attachment_withheld",
            "INDEX CONCURRENTLY attachment_withheld ON petitions_attachment (id) WHERE withheld",
            migrations.AddIndex(
                "attachment", models.Index(fields=["id"], condition=Q(withheld=True), name="attachment_withheld")
            ),
        ),
        concurrently(
            "attachment_own_once",
            "UNIQUE INDEX CONCURRENTLY attachment_own_once ON petitions_attachment (petition_id, digest)"
            " WHERE reply_id IS NULL AND NOT withheld",
            migrations.AddConstraint(
                "attachment",
                models.UniqueConstraint(
                    fields=["petition", "digest"], condition=Q(reply=None, withheld=False), name="attachment_own_once"
                ),
            ),
        ),
        concurrently(
            "attachment_answer_once",
            "UNIQUE INDEX CONCURRENTLY attachment_answer_once ON petitions_attachment (reply_id, digest)"
            " WHERE reply_id IS NOT NULL",
            migrations.AddConstraint(
                "attachment",
                models.UniqueConstraint(fields=["reply", "digest"], condition=Q(reply__isnull=False), name="attachment_answer_once"),
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE petitions_attachment DROP CONSTRAINT IF EXISTS attachment_once",
                    "ALTER TABLE petitions_attachment ADD CONSTRAINT attachment_once UNIQUE (petition_id, digest)",
                )
            ],
            state_operations=[migrations.RemoveConstraint("attachment", "attachment_once")],
        ),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_show),
    ]
