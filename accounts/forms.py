"""The shape of what people enter to sign in."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import attempts, passwords, second_factor


class LoginForm(allauth_forms.LoginForm):
    """User name and password, without placeholders: a label must stay visible while one types (WCAG 3.3.2)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}
        self.fields["password"].help_text = ""


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """Old password, new password twice. Guessing the old one is counted as at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["oldpassword"].help_text = ""

    def clean_oldpassword(self) -> str:
        """Refuse while locked; forget the failures on success."""
        username = self.user.get_username()
        if not attempts.attempt(passwords.SCOPE, passwords.key(username), timezone.now()):
            raise ValidationError(passwords.locked_sentence(), code="locked")
        password = super().clean_oldpassword()
        passwords.succeeded(username)
        return password


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    """The password once more, before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["password"].help_text = ""


class _SecondFactor:
    """Checks the code in PostgreSQL (second_factor.py) instead of in allauth's cache."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self)
        self.fields["code"].label = _("Code from your authenticator app, or a recovery code")  # type: ignore[attr-defined]
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        try:
            found = second_factor.verify(self.user, self.cleaned_data["code"], timezone.now())  # type: ignore[attr-defined]
        except second_factor.Locked as locked:
            raise ValidationError(str(locked), code="locked") from None
        if found is None:
            raise ValidationError(_("This code is wrong or was already used. Wait for the next one."), code="wrong")
        self.authenticator = found
        return self.cleaned_data["code"]  # type: ignore[attr-defined]


class AuthenticateForm(_SecondFactor, mfa_forms.AuthenticateForm):
    """The second step of signing in."""

    def save(self) -> None:
        """Note that this session has shown the second factor."""
        super().save()
        second_factor.mark_passed(context.request.session)


class MfaReauthenticateForm(_SecondFactor, mfa_forms.ReauthenticateForm):
    """The code once more, before something sensitive."""


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    """The first code of a newly set up app, asked for as at every later sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from your authenticator app")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "placeholder": ""}


class PhoneForm(forms.Form):
    """Where to send a one-time code."""

    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "autofocus": True}),
    )


class CodeForm(forms.Form):
    """The one-time code that arrived."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "maxlength": "12"}
        ),
    )


def _plain(form: Any) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
