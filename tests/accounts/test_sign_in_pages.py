from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from accounts import crypto
from accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
CODE = "/accounts/code/"
VERIFY = "/accounts/code/verify/"
SECOND = "/accounts/2fa/authenticate/"
SET_UP = "/accounts/2fa/totp/activate/"


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def sign_in(client, user, code, **extra):
    client.post(LOGIN, {"login": user.username, "password": PASSWORD, **extra})
    return client.post(SECOND, {"code": code})


@pytest.mark.parametrize("path", [LOGIN, CODE])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_open_in_both_languages(client, path, language):
    client.cookies["django_language"] = language
    answer = client.get(path)
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.content.decode()


def test_staff_sign_in_with_password_and_code(client, officer, code_of):
    before = client.get(LOGIN).cookies.get("sessionid")
    answer = client.post(LOGIN, {"login": "liu.wei", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"].startswith(SECOND)
    assert not signed_in(client)
    assert client.get(SECOND).status_code == 200
    half = client.session.session_key
    answer = client.post(SECOND, {"code": code_of(officer.secret)})
    assert answer["Location"] == "/desk/"
    assert signed_in(client)
    assert client.session.session_key not in (half, before and before.value)
    assert client.session.get_expiry_age() == 30 * 60


def test_password_alone_opens_nothing(client, officer):
    client.post(LOGIN, {"login": "liu.wei", "password": PASSWORD})
    assert client.get("/accounts/2fa/").status_code == 302
    assert not signed_in(client)


def test_a_wrong_code_is_refused_and_five_lock(client, officer, code_of):
    client.post(LOGIN, {"login": "liu.wei", "password": PASSWORD})
    for _ in range(5):
        assert client.post(SECOND, {"code": "000000"}).status_code == 200
    client.post(SECOND, {"code": code_of(officer.secret)})
    assert not signed_in(client)


def test_a_recovery_code_opens_once(client, officer):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    code = RecoveryCodes.activate(officer).get_unused_codes()[0]
    sign_in(client, officer, code)
    assert signed_in(client)
    client.post("/accounts/logout/")
    sign_in(client, officer, code)
    assert not signed_in(client)


@pytest.mark.parametrize("username", ["liu.wei", "nobody"])
def test_lock_out_is_clear_and_tells_nothing_of_the_account(client, officer, username):
    for _ in range(5):
        page = client.post(LOGIN, {"login": username, "password": "wrong-wrong"}).content.decode()
        assert "15" not in str(client.get(LOGIN).context["form"].errors)
    page = client.post(LOGIN, {"login": username, "password": PASSWORD})
    assert page.status_code == 200
    assert "15" in str(page.context["form"].non_field_errors())
    assert not signed_in(client)


def test_the_lock_counts_pages_and_api_together(client, officer, code_of):
    for _ in range(5):
        client.post(LOGIN, {"login": "liu.wei", "password": "wrong-wrong"})
    body = {"username": "liu.wei", "password": PASSWORD, "code": code_of(officer.secret)}
    assert client.post("/api/v1/auth/token/", body, content_type="application/json").status_code == 429


def test_first_sign_in_leads_to_setting_up_the_second_factor(client, newcomer, code_of):
    client.post(LOGIN, {"login": "chen.jie", "password": PASSWORD})
    assert signed_in(client)
    for path in ("/help/", "/accounts/password/change/", "/admin/"):
        answer = client.get(path)
        assert answer.status_code in (302, 404)
        if answer.status_code == 302:
            assert answer["Location"] == SET_UP
    page = client.get(SET_UP)
    assert page.status_code == 200
    secret = page.context["form"].secret
    assert secret[:4] + " " + secret[4:8] in page.content.decode()  # in fours, to be copied by hand
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    assert client.get("/help/").status_code == 302
    secret = client.session["mfa.totp.secret"]
    answer = client.post(SET_UP, {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(answer["Location"])
    assert len(codes.context["unused_codes"]) == 10
    assert client.get("/help/").status_code == 200
    stored = Authenticator.objects.get(user=newcomer, type="totp").data["secret"]
    assert secret not in stored
    assert crypto.decrypt(stored) == secret


def said(client, address) -> list[str]:
    return [str(message) for message in client.get(address).context["messages"]]


def set_up(client, code_of) -> str:
    """Set the second factor up, and return where that leads."""
    client.get(SET_UP)
    return client.post(SET_UP, {"code": code_of(client.session["mfa.totp.secret"])})["Location"]


@pytest.mark.django_db(transaction=True)  # allauth speaks when the transaction is over
def test_setting_up_the_second_factor_says_one_thing_and_what_to_do_with_the_codes(client, newcomer, code_of):
    client.post(LOGIN, {"login": "chen.jie", "password": PASSWORD}, headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    (told,) = said(client, set_up(client, code_of))
    assert told.startswith("The second factor is set up. Print these recovery codes")
    client.post(reverse("mfa_generate_recovery_codes"))
    assert said(client, reverse("mfa_view_recovery_codes")) == ["New recovery codes have been made."]
    Authenticator.objects.filter(user=newcomer, type="totp").delete()  # an administrator, after a telephone was lost
    (told,) = said(client, set_up(client, code_of))
    assert told == "The second factor is set up. The recovery codes you have stay valid."


def test_the_second_factor_is_required_only_where_the_deployment_says_so(client, newcomer, settings):
    settings.STAFF_TOTP_REQUIRED = False
    client.post(LOGIN, {"login": "chen.jie", "password": PASSWORD})
    assert client.get("/help/").status_code == 200


def test_an_older_session_without_second_factor_is_stopped(client, officer):
    client.force_login(officer)  # a session from before the factor was set up
    assert client.get("/help/").status_code == 302


def test_staff_cannot_switch_the_factor_off(client, officer, code_of):
    sign_in(client, officer, code_of(officer.secret))
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=officer, type="totp").exists()


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "https:///evil.example"],
)
def test_open_redirects_are_refused(client, officer, code_of, target, sms):
    assert sign_in(client, officer, code_of(officer.secret), next=target)["Location"] == "/desk/"
    client.post("/accounts/logout/")
    assert "evil" not in client.get(CODE, {"next": target}).context["next"]
    client.post(CODE, {"phone": "13800138000", "next": target})
    answer = client.post(VERIFY, {"code": sms.last_code(), "next": target})
    assert answer["Location"] == "/desk/"


def test_a_page_of_the_portal_is_returned_to(client, officer, code_of, sms):
    assert sign_in(client, officer, code_of(officer.secret), next="/help/?a=b")["Location"] == "/help/?a=b"
    client.post("/accounts/logout/")
    answer = client.post(CODE, {"phone": "13800138000", "next": "/help/"})
    assert answer["Location"] == f"{VERIFY}?next=%2Fhelp%2F"
    page = client.get(answer["Location"])
    assert page.context["next"] == "/help/"
    assert "8000" in page.content.decode()
    assert "13800138000" not in page.content.decode()
    assert client.post(VERIFY, {"code": sms.last_code(), "next": "/help/"})["Location"] == "/help/"


def test_residents_sign_in_by_code_and_are_not_asked_for_more(client, sms):
    assert client.get(VERIFY)["Location"] == CODE
    client.post(CODE, {"phone": "１３８００１３８０００"})
    assert "13800138000" not in str(dict(client.session))
    page = client.post(VERIFY, {"code": "nonsense"})
    assert page.status_code == 200
    assert page.context["form"].errors["code"]
    key = client.session.session_key
    assert client.post(VERIFY, {"code": sms.last_code()})["Location"] == "/desk/"
    assert signed_in(client)
    assert client.session.session_key != key
    assert client.get("/help/").status_code == 200
    assert User.objects.get().phone == "13800138000"


def test_a_bad_number_and_too_many_codes_are_said_on_the_page(client, sms):
    assert client.post(CODE, {"phone": "110"}).context["form"].errors["phone"]
    client.post(CODE, {"phone": "13800138000"})
    assert client.post(CODE, {"phone": "13800138000"}).context["form"].errors["phone"]
    assert len(sms.sent) == 1


def test_a_closed_account_is_told_so(client, officer):
    User.objects.update(is_active=False)
    answer = client.post(LOGIN, {"login": "liu.wei", "password": PASSWORD})
    assert answer["Location"] == "/accounts/inactive/"
    assert client.get("/accounts/inactive/").status_code == 200


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/reset/", "password/set/", "confirm-email/", "login/code/"]
)
def test_pages_nobody_needs_do_not_exist(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_changing_the_password_ends_tokens_and_counts_guesses(client, officer, code_of):
    sign_in(client, officer, code_of(officer.secret))
    AuthToken.objects.create(officer, expiry=timedelta(hours=1))
    new = "river-bank-58-west"
    body = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.get("/accounts/password/change/").status_code == 200
    client.post("/accounts/password/change/", body)
    officer.refresh_from_db()
    assert officer.check_password(new)
    assert not AuthToken.objects.exists()
    assert signed_in(client)
    for _ in range(5):
        client.post("/accounts/password/change/", body)
    page = client.post("/accounts/password/change/", body | {"oldpassword": new})
    assert "15" in str(page.context["form"].errors["oldpassword"])


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_signs_in_by_code_is_told_that_there_is_no_password(client, db, method):
    resident = User.objects.create_user("resident", phone="13800000000", language="en")
    client.force_login(resident)
    client.cookies["django_language"] = "en"
    answer = getattr(client, method)("/accounts/password/change/", follow=True)
    assert answer.redirect_chain == [("/accounts/sessions/", 302)]
    assert "there is no password to change" in answer.content.decode()
    assert "/accounts/password/change/" not in answer.content.decode()


def test_every_page_of_the_second_factor_opens(client, officer, code_of):
    sign_in(client, officer, code_of(officer.secret))
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "account_logout",
                 "account_reauthenticate", "mfa_reauthenticate"):  # fmt: skip
        assert client.get(reverse(name)).status_code == 200, name
    client.post(reverse("mfa_generate_recovery_codes"))
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 200


def test_the_language_follows_the_user(client, officer, code_of):
    User.objects.update(language="en")
    answer = sign_in(client, officer, code_of(officer.secret))
    assert answer.cookies["django_language"].value == "en"


def test_signing_out_needs_a_post(client, officer, code_of):
    sign_in(client, officer, code_of(officer.secret))
    client.get("/accounts/logout/")
    assert signed_in(client)
    client.post("/accounts/logout/")
    assert not signed_in(client)


def test_idle_sessions_end(client, officer, code_of):
    from django.contrib.sessions.models import Session

    sign_in(client, officer, code_of(officer.secret))
    Session.objects.update(expire_date=timezone.now())
    assert client.get("/accounts/password/change/").status_code == 302


def navigation(client, path) -> str:
    """Whose navigation a page has."""
    page = client.get(path).content.decode()
    return next((name for name in ("desknav", "backnav", "mainnav") if f'{name}" aria-label' in page), "")


@pytest.mark.parametrize("name", ["usersessions_list", "mfa_index", "account_logout"])
def test_ones_own_pages_have_the_navigation_of_ones_place(client, cast, name):
    assert navigation(cast.browser("head"), reverse(name)) == "desknav"
    client.force_login(User.objects.create_user("somebody", phone="13800000000"))
    if name != "mfa_index":
        assert navigation(client, reverse(name)) == "mainnav"


def test_an_unfinished_sign_in_has_no_navigation_yet(client, db):
    User.objects.create_user("new", password=PASSWORD)
    client.post(LOGIN, {"login": "new", "password": PASSWORD})
    assert navigation(client, SET_UP) == "backnav"
    assert reverse("account_logout") in client.get(SET_UP).content.decode()
    assert client.get("/sw.js").status_code == 200


def test_a_password_page_in_plain_words(client, officer, code_of):
    client.cookies["django_language"] = "en"
    sign_in(client, officer, code_of(officer.secret))
    page = client.get(reverse("account_change_password")).content.decode()
    assert "Current password" in page
    assert "New Password" not in page
