from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import crypto, rotation
from accounts.models import Contact, User

PHONE = "13800138000"


def stored(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def contacts(db, now):
    return [Contact.objects.create(name=f"张{n}", phone=f"1380013800{n}", created_at=now) for n in range(5)]


def test_nothing_readable_is_stored(contacts):
    assert not any("张" in value for value in stored("accounts_contact", "name"))
    assert not any("1380013" in value for value in stored("accounts_contact", "phone"))
    assert Contact.objects.get(pk=contacts[3].pk).phone == "13800138003"
    assert contacts[3].phone_tail == "8003"
    assert list(Contact.objects.by_phone("+86 138 0013 8003")) == [contacts[3]]


def test_encrypted_columns_cannot_be_searched(contacts):
    with pytest.raises(FieldError):
        Contact.objects.filter(phone=PHONE).exists()


def test_rotation_uses_the_newest_key_and_then_needs_no_other(contacts, officer, settings):
    old, new = settings.CONTACT_KEYS[0], Fernet.generate_key().decode()
    User.objects.create_user("r-1", phone=PHONE)
    settings.CONTACT_KEYS = [new, old]
    out = StringIO()
    call_command("rotate_contact_keys", stdout=out)
    assert "accounts.Contact.phone: 5 seen, 5 re-encrypted" in out.getvalue()
    assert "mfa.Authenticator: 1 seen, 1 re-encrypted" in out.getvalue()
    settings.CONTACT_KEYS = [new]
    assert [c.name for c in Contact.objects.order_by("pk")] == [f"张{n}" for n in range(5)]
    assert User.objects.get(username="r-1").phone == PHONE
    assert crypto.decrypt(Authenticator.objects.get().data["secret"]) == officer.secret
    again = StringIO()
    call_command("rotate_contact_keys", stdout=again)
    assert "accounts.Contact.phone: 5 seen, 0 re-encrypted" in again.getvalue()


def test_rotation_resumes_where_it_stopped(contacts, settings):
    old, new = settings.CONTACT_KEYS[0], Fernet.generate_key().decode()
    settings.CONTACT_KEYS = [new, old]
    contacts[0].save()
    contacts[2].save()  # as if the first run had come this far
    field = Contact._meta.get_field("phone")
    assert rotation.rotate_field(Contact, field) == (5, 3)


def test_a_missing_key_is_named_and_nothing_is_lost(contacts, settings):
    before = stored("accounts_contact", "phone")
    settings.CONTACT_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="CONTACT_KEYS"):
        call_command("rotate_contact_keys", stdout=StringIO())
    assert stored("accounts_contact", "phone") == before


def test_reindex_after_a_change_of_key(contacts, settings):
    settings.BLIND_INDEX_KEY = "another key, long enough to be one"
    assert not Contact.objects.by_phone("13800138001")
    out = StringIO()
    call_command("reindex_contacts", stdout=out)
    assert "accounts.Contact.phone_index: 5 seen, 5 changed" in out.getvalue()
    assert list(Contact.objects.by_phone("13800138001")) == [contacts[1]]
