import pytest
from django.contrib import admin
from knox.models import AuthToken

from accounts import second_factor
from accounts.actions import appoint_administrator
from accounts.models import Contact, User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.admin_urls")]


@pytest.fixture
def security(client, newcomer):
    """Chen Jie as security administrator, signed in with both factors."""
    appoint_administrator(user=newcomer, kind="security")
    client.force_login(newcomer)
    session = client.session
    second_factor.mark_passed(session)
    session.save()
    return newcomer


def test_the_admins_own_sign_in_page_is_closed(client):
    for path in ("/test-admin/", "/test-admin/login/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_password_alone_does_not_open_the_admin(client, newcomer):
    appoint_administrator(user=newcomer, kind="security")
    client.force_login(newcomer)
    assert client.get("/test-admin/accounts/user/")["Location"] == "/accounts/2fa/totp/activate/"


def test_the_security_administrator_keeps_accounts(client, security):
    base = "/test-admin/accounts"
    other = User.objects.create_user("r-1", phone="13800138000")
    pages = ["user/", "user/add/", f"user/{other.pk}/change/", "consenttext/", "consenttext/add/", "adminrole/"]
    for page in pages:
        answer = client.get(f"{base}/{page}")
        assert answer.status_code == 200, page
        assert "13800138000" not in answer.content.decode()
    body = {"username": "wu.min", "usable_password": "true", "password1": "lamp-post-73-east",
            "password2": "lamp-post-73-east"}  # fmt: skip
    assert client.post(f"{base}/user/add/", body).status_code == 302
    assert User.objects.get(username="wu.min").check_password("lamp-post-73-east")


def test_texts_in_force_are_not_reworded_and_contacts_are_not_browsed(client, security):
    from accounts.models import ConsentText

    text = ConsentText.objects.first()
    page = f"/test-admin/accounts/consenttext/{text.pk}/change/"
    assert client.post(page, {"body_zh": "别的"}).status_code == 403
    assert not admin.site.is_registered(Contact)


def test_the_security_administrator_cannot_make_a_superuser(client, security):
    page = f"/test-admin/accounts/user/{security.pk}/change/"
    body = {"username": security.username, "language": "en", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    client.post(page, body)
    security.refresh_from_db()
    assert not security.is_superuser


def test_a_superusers_account_is_closed_to_the_security_administrator(client, security):
    chief = User.objects.create_superuser("chief", "lamp-post-73-east")
    for page in ("change", "password"):
        body = {
            "username": "chief",
            "language": "en",
            "password1": "river-bank-58-west",
            "password2": "river-bank-58-west",
        }
        answer = client.post(f"/test-admin/accounts/user/{chief.pk}/{page}/", body)
        assert answer.status_code in (302, 403)
    chief.refresh_from_db()
    assert chief.check_password("lamp-post-73-east")


def test_a_lost_telephone_is_helped_and_a_new_password_ends_tokens(client, security, officer):
    AuthToken.objects.create(officer)
    new = "river-bank-58-west"
    page = f"/test-admin/accounts/user/{officer.pk}/password/"
    assert client.post(page, {"usable_password": "true", "password1": new, "password2": new}).status_code == 302
    assert not AuthToken.objects.exists()
    body = {"action": "reset_second_factor", "_selected_action": [officer.pk]}
    assert client.post("/test-admin/accounts/user/", body).status_code == 302
    assert not second_factor.is_set_up(officer)
