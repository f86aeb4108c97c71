"""A copy restored elsewhere is the same portal: every table, every file, the journal's chain; damage is noticed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import TransactionTestCase  # noqa: F401 - the flush of conftest stands ready for these tests

from liaison.backup import MANIFEST, back_up
from petitions.models import Petition
from tests import cast as casting
from tests.cast import at
from tests.petitions.test_attachments import picture, send
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at("2026-11-20 10:00")


def place(settings, folder):
    """Files of a machine lie below this folder."""
    settings.MODEL_DIR = str(folder / "models")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder / "attachments")},
        },
    }


def attached():
    return {p.name: p.read_bytes() for p in Path(default_storage.path("")).rglob("*") if p.is_file()}


@pytest.fixture
def living(settings, tmp_path, transactional_db):
    """A portal with one petition in its files and tables."""
    place(settings, tmp_path)
    Path(settings.MODEL_DIR).mkdir()
    Path(settings.MODEL_DIR, "router-1.zip").write_bytes(b"model")
    walk = Walk(casting.build())
    walk.to("in_progress")
    assert_ok(send(walk, picture()))
    return walk


@pytest.fixture
def elsewhere(living, settings, tmp_path):
    """Another, empty database and other folders, as the settings of a new machine name them."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    used = connection.settings_dict["NAME"]

    def move():
        connection.close()
        connection.settings_dict["NAME"] = name
        place(settings, tmp_path / "new")

    yield move
    connection.close()
    connection.settings_dict["NAME"] = used
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def contents():
    """Every row of every table, as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), %s)) FROM "{table}" t', [""]
            )
            found[table] = cursor.fetchone()[0]
    return found


def said(*words, **options):
    out = io.StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_restored_elsewhere_it_is_the_same_portal(living, elsewhere, settings, tmp_path):
    reference, before = living.reference, contents()
    files = attached()
    made = back_up(tmp_path / "copies", now=NOW)["path"]
    elsewhere()

    told = said("restore", made)

    assert "Restored 1 petitions. The journal is whole." in told
    assert contents() == before
    assert attached() == files != {}
    assert Path(settings.MODEL_DIR, "router-1.zip").read_bytes() == b"model"
    petition = Petition.objects.get(reference=reference)
    assert petition.contact.phone  # read with the keys, which were not in the copy
    with pytest.raises(CommandError, match="not empty"):
        said("restore", made)
    # The guards came along: the journal still refuses changes.
    with connection.cursor() as cursor, pytest.raises(Exception, match="journal_entry"):
        cursor.execute("UPDATE journal_entry SET action = 'x'")
    connections.close_all()


def test_a_damaged_copy_is_refused_before_anything_is_written(living, elsewhere, tmp_path):
    made = Path(back_up(tmp_path / "copies", now=NOW)["path"])
    assert "is whole" in said("restore", made, check=True)
    dump = made / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-10])
    elsewhere()
    with pytest.raises(CommandError, match=r"Damaged or missing: database\.dump"):
        said("restore", made)
    manifest = json.loads((made / MANIFEST).read_text())
    (made / MANIFEST).write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(CommandError, match="format 99"):
        said("restore", made)
    with pytest.raises(CommandError, match="no copy of this portal"):
        said("restore", tmp_path)
    with connection.cursor() as cursor:
        assert connection.introspection.table_names(cursor) == []


def test_a_failed_copy_leaves_nothing_and_old_copies_go(living, settings, tmp_path, monkeypatch):
    folder = tmp_path / "copies"
    for day in (1, 2, 3):
        back_up(folder, now=at(f"2026-11-0{day} 10:00"))
    told = said("backup", str(folder), keep=2)
    assert "1 petitions" in told
    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == 2
    monkeypatch.setattr("liaison.backup._program", lambda name: "/bin/false")
    with pytest.raises(CommandError, match="No copy was made"):
        said("backup", str(folder))
    assert sorted(path.name for path in folder.iterdir()) == kept


def test_files_in_a_bucket_are_not_packed_and_not_mixed_with_a_folder(living, elsewhere, settings, tmp_path):
    settings.ATTACHMENT_S3_BUCKET = "files"
    manifest = back_up(tmp_path / "copies", now=NOW)
    assert not Path(manifest["path"], "attachments.tar").exists()
    settings.ATTACHMENT_S3_BUCKET = ""
    elsewhere()
    with pytest.raises(CommandError, match="in a bucket here or in the copy"):
        call_command("restore", manifest["path"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone() == (0,)
