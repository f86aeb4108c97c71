"""The pages for signing in. Only those of django-allauth that this portal uses, under allauth's own names.

Sign-up, e-mail addresses and password reset by e-mail are left out: accounts are created by administrators or by
the first verified code, and a lost password is set anew by an administrator.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.usersessions.views import list_usersessions
from django.urls import path

from accounts import views

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", views.SignOutView.as_view(), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.ChangePasswordView.as_view(), name="account_change_password"),
    path("sessions/", list_usersessions, name="usersessions_list"),
    path("code/", views.CodeRequestView.as_view(), name="account_code"),
    path("code/verify/", views.CodeVerifyView.as_view(), name="account_code_verify"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", views.ActivateSecondFactorView.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
]
