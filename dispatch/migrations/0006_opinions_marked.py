"""Mark the opinions there are, some at a time, and check all rows: everybody may write meanwhile.

The class and promise that a co-unit had to give go: they were no result, and the journal keeps the class. Drafts are
left as they are, to become opinions when they are next saved: the code of yesterday may still write a class into them.
"""

from typing import Any

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

AT_ONCE = 20_000
MARK = """
UPDATE dispatch_reply r SET opinion = true, result_class = '', promised_on = NULL
FROM dispatch_workorder o
WHERE o.id = r.order_id AND o.kind = 'co' AND NOT r.opinion AND r.state <> 'draft' AND r.id >= %s AND r.id < %s
"""


def mark(apps: Any, schema_editor: Any) -> None:
    """Mark what co-units have signed as opinions, without class and promise; what is marked already is left alone."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM dispatch_reply")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, AT_ONCE):
            cursor.execute(MARK, [start, start + AT_ONCE])


class Migration(migrations.Migration):
    atomic = False  # each portion is committed for itself

    dependencies = [("dispatch", "0005_opinions")]

    # Backwards the rows stay as they are: 0005 takes the column and its check away.
    operations = [
        migrations.RunPython(mark, migrations.RunPython.noop),
        ValidateConstraint(model_name="reply", name="reply_classed_unless_opinion"),
    ]
