from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts import queries
from accounts.actions import (
    CannotCorrectContact,
    CannotRecordContact,
    CannotWithdrawConsent,
    correct_contact,
    erase_contact,
    record_contact,
    withdraw_consent,
)
from accounts.models import AdminRole, Consent, ConsentText, Contact, User

VERSION = "2026-11"
ALL = {"processing": True, "publication": False, "sharing": True}


@pytest.fixture
def record(db, now):
    def make(**changes):
        given = {"name": "张三", "phone": "138 0013 8000", "language": "zh-hans", "consents": ALL, "version": VERSION}
        return record_contact(**given | changes, now=now)

    return make


@pytest.fixture(autouse=True)
def _fresh_texts():
    queries.forget_consent_texts()
    yield
    queries.forget_consent_texts()


def test_contact_and_consents_take_two_statements(record, django_assert_num_queries):
    queries.consent_texts()
    with transaction.atomic(), django_assert_num_queries(2):
        contact = record()
    assert (contact.name, contact.phone) == ("张三", "13800138000")
    assert {c.kind: (c.given, c.version) for c in contact.consents.all()} == {
        "processing": (True, VERSION), "publication": (False, VERSION), "sharing": (True, VERSION),
    }  # fmt: skip


def test_the_database_is_not_asked_for_texts_while_they_are_fresh(db, django_assert_num_queries):
    queries.consent_texts()
    with django_assert_num_queries(0):
        assert queries.consent_texts().version == VERSION


@pytest.mark.parametrize("version", ["", "2025-01", "2026-11 ", "nonsense"])
def test_another_version_is_refused_naming_the_current(record, version):
    with pytest.raises(CannotRecordContact, match=VERSION) as refusal:
        record(version=version)
    assert refusal.value.field == "consent_version"
    assert not Contact.objects.exists()


def test_a_new_version_takes_over_when_in_force(record, now):
    ConsentText.objects.create(kind="publication", version="2027-01", body_zh="新", body_en="new", in_force_from=now)
    ConsentText.objects.create(
        kind="sharing", version="2028-01", body_zh="后", body_en="later", in_force_from=now + timedelta(days=1)
    )
    queries.forget_consent_texts()
    with pytest.raises(CannotRecordContact, match="2027-01"):
        record()
    contact = record(version="2027-01")
    versions = dict(contact.consents.values_list("kind", "version"))
    assert versions == {"processing": VERSION, "publication": "2027-01", "sharing": VERSION}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone": "12345"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"name": "张\x00三"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "长" * 101}, "name"),
        ({"language": "fr"}, "language"),
        ({"consents": {"processing": False}}, "consents"),
        ({"consents": {}}, "consents"),
        ({"consents": {"processing": True, "advertising": True}}, "consents"),
    ],
)
def test_bad_input_is_refused_naming_the_field(record, changes, field):
    with pytest.raises(CannotRecordContact) as refusal:
        record(**changes)
    assert refusal.value.field == field
    assert str(refusal.value)
    assert not Contact.objects.exists()


def test_consent_is_withdrawn_once_and_kept(record, now):
    contact = record(consents=ALL | {"publication": True})
    withdraw_consent(contact=contact, kind="publication", now=now)
    again = withdraw_consent(contact=contact, kind="publication", now=now + timedelta(days=1))
    assert again.given
    assert again.withdrawn_at == now
    with pytest.raises(CannotWithdrawConsent):
        withdraw_consent(contact=record(), kind="publication", now=now)


def test_erasing_blanks_and_keeps_the_proof(record, now):
    contact = record()
    erase_contact(contact=contact, now=now)
    erase_contact(contact=contact, now=now + timedelta(days=1))
    contact.refresh_from_db()
    assert (contact.name, contact.phone, contact.phone_index, contact.phone_tail) == ("", "", "", "")
    assert contact.erased_at == now
    assert Consent.objects.filter(contact=contact).count() == 3
    assert not Contact.objects.by_phone("13800138000")
    with pytest.raises(CannotCorrectContact):
        correct_contact(contact=contact, name="李四", phone="13900139000", now=now)


def test_correcting_moves_the_index(record, now):
    contact = correct_contact(contact=record(), name="李四", phone="0755-28398888", now=now)
    assert Contact.objects.by_phone("075528398888").get() == contact
    assert not Contact.objects.by_phone("13800138000")


def test_texts_are_public_in_both_languages(client, db):
    with translation.override("zh-hans"):
        answer = client.get("/api/v1/consent-texts/", headers={"Accept-Language": "zh-hans"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["version"] == VERSION
    assert {t["kind"] for t in body["texts"]} == {"processing", "publication", "sharing"}
    assert "电话号码" in body["texts"][0]["body"]
    english = client.get("/api/v1/consent-texts/", headers={"Accept-Language": "en", "Authorization": "Token stale"})
    assert "telephone number" in english.json()["texts"][0]["body"]


def test_people_are_not_named_by_repr(record):
    contact = record()
    user = User.objects.create_user("r-1", phone="13800138000")
    for shown in (repr(contact), str(contact), repr(user), str(user)):
        assert "1380013" not in shown
        assert "8000" not in shown
        assert "张三" not in shown


def test_nobody_holds_two_administrators_roles(newcomer):
    AdminRole.objects.create(user=newcomer, kind="system")
    with pytest.raises(IntegrityError), transaction.atomic():
        AdminRole.objects.create(user=newcomer, kind="auditor")
    with pytest.raises(IntegrityError), transaction.atomic():
        AdminRole.objects.filter(user=newcomer).update(kind="emperor")


def test_a_number_belongs_to_one_user_and_none_to_many(db):
    User.objects.create_user("one", phone="13800138000")
    User.objects.create_user("two")
    User.objects.create_user("three")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("four", phone="+86 13800138000")
