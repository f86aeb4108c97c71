"""The journal: appended to by everybody, rewritten by nobody, and a rewrite behind its back shows."""

import threading
from datetime import timedelta

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from journal.actions import reserve, write, write_many
from journal.models import Entry, Outbox
from journal.queries import broken_links

pytestmark = pytest.mark.django_db


def add(matter=1, action="note", **values):
    return write(matter_type="test", matter_id=matter, action=action, at=timezone.now(), **values)


@pytest.mark.parametrize(
    "how",
    [
        lambda: Entry.objects.update(note="x"),
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.get().delete(),
        lambda: Entry(pk=Entry.objects.get().pk, note="x").save(update_fields=["note"]),
        lambda: connection.cursor().execute("UPDATE journal_entry SET digest = ''"),
        lambda: connection.cursor().execute("DELETE FROM journal_entry"),
        lambda: connection.cursor().execute("TRUNCATE journal_entry CASCADE"),
        lambda: connection.cursor().execute(
            "INSERT INTO journal_entry SELECT * FROM journal_entry"
            " ON CONFLICT (id) DO UPDATE SET note = 'x'"
        ),
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_a_row(how):
    entry = add(note="as it was")

    with pytest.raises(DatabaseError), transaction.atomic():
        how()

    assert Entry.objects.get().note == "as it was"
    assert Entry.objects.get().digest == Entry.objects.get(pk=entry.pk).digest


def test_each_row_is_chained_to_the_one_before_in_its_matter():
    rows = [add(1), add(2), add(1), add(2, note="号|", data={"a": [1, "堵"]})]

    digests = list(Entry.objects.values_list("digest", flat=True))
    assert len(set(digests)) == len(rows)
    assert all(len(digest) == 64 for digest in digests)
    assert broken_links() == []


def test_rows_written_together_are_chained_in_their_order():
    now = timezone.now()
    write_many([Entry(matter_type="test", matter_id=n % 2, action=str(n), at=now) for n in range(6)])

    assert broken_links() == []
    assert list(Entry.objects.values_list("action", flat=True)) == list("012345")


def test_a_whole_journal_is_reported_whole(capsys):
    add()
    call_command("verify_journal")

    assert "whole" in capsys.readouterr().out


@pytest.mark.parametrize(
    "tamper",
    [
        lambda row: Entry.objects.filter(pk=row.pk).update(note="other"),
        lambda row: Entry.objects.filter(pk=row.pk).update(at=row.at - timedelta(days=1)),
        lambda row: Entry.objects.filter(pk=row.pk).update(actor_kind="head"),
        lambda row: Entry.objects.filter(pk=row.pk).update(data={"order": 2}),
        lambda row: Entry.objects.filter(pk=row.pk).update(digest="0" * 64),
        lambda row: Entry.objects.filter(pk=row.pk).update(matter_id=7),
        lambda row: connection.cursor().execute("DELETE FROM journal_entry WHERE id = %s", [row.pk]),
    ],
)
def test_a_row_changed_behind_the_portals_back_is_found(tamper):
    add()
    row = add(data={"order": 1})
    last = add()
    Outbox.objects.all().delete()

    with pgtrigger.ignore("journal.Entry:append_only"):
        tamper(row)

    assert set(broken_links()) & {row.pk, last.pk}
    with pytest.raises(CommandError, match="broken at journal rows"):
        call_command("verify_journal")


def test_every_row_has_its_outbox_row_without_anybody_asking():
    entry = add()

    row = Outbox.objects.get()
    assert (row.entry_id, row.matter_type, row.at, row.attempts) == (entry.pk, "test", entry.at, 0)


def test_what_is_undone_leaves_neither_row_nor_outbox():
    with transaction.atomic():
        add()
        transaction.set_rollback(True)

    assert not Entry.objects.exists()
    assert not Outbox.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_make_one_chain():
    gate = threading.Barrier(4)

    def many():
        try:
            gate.wait()
            for _ in range(10):
                with transaction.atomic():
                    add()
                    add(2)
        finally:
            connection.close()

    threads = [threading.Thread(target=many) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert Entry.objects.count() == 80
    assert broken_links() == []


@pytest.mark.django_db(transaction=True)
def test_a_number_drawn_first_but_written_last_comes_last():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('journal_entry', 'id'))")
        early = cursor.fetchone()[0]
    first = add()

    late = Entry.objects.create(pk=early, matter_type="test", matter_id=1, action="late", at=timezone.now())

    late = Entry.objects.get(action="late")
    assert late.pk > first.pk > early
    assert broken_links() == []


@pytest.mark.django_db(transaction=True)
def test_a_chain_somebody_is_writing_to_is_not_waited_for():
    seen = []

    def other():
        try:
            with transaction.atomic():
                seen.append(reserve({("test", 1), ("test", 2)}))
        finally:
            connection.close()

    with transaction.atomic():
        add(1)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)

    assert seen == [{("test", 2)}]
