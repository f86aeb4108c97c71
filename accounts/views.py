"""Sign-in pages that django-allauth has not: a one-time code by SMS, for residents and deputies."""

from typing import Any

from allauth.account import views as account
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from accounts import crypto, passwords, second_factor
from accounts.actions import CannotRequestCode, CannotVerifyCode, send_code, verify_code
from accounts.flood import too_many_codes
from accounts.forms import CodeForm, PhoneForm
from accounts.models import User

PHONE_IN_SESSION = "sign_in_phone"  # encrypted: sessions lie in the database


def _next(request: HttpRequest) -> str:
    """Where to go afterwards, if it is an address of this portal; else nothing."""
    return get_next_redirect_url(request) or ""


class _EntranceView(FormView):
    """For people who are not signed in yet; those who are go on."""

    @method_decorator(never_cache)
    @method_decorator(sensitive_post_parameters())
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return HttpResponseRedirect(_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"next": _next(self.request)}


class CodeRequestView(_EntranceView):
    """Ask for a one-time code."""

    template_name = "account/code_request.html"
    form_class = PhoneForm

    def form_valid(self, form: PhoneForm) -> HttpResponse:
        """Send the code and go on to entering it."""
        now = timezone.now()
        if too_many_codes(self.request, now):
            form.add_error(None, passwords.locked_sentence())
            return self.form_invalid(form)
        try:
            issued = send_code(phone=form.cleaned_data["phone"], now=now)
        except CannotRequestCode as refusal:
            form.add_error("phone", str(refusal))
            return self.form_invalid(form)
        self.request.session[PHONE_IN_SESSION] = crypto.encrypt(issued.phone)
        query = urlencode({"next": _next(self.request)}) if _next(self.request) else ""
        return redirect(reverse("account_code_verify") + (f"?{query}" if query else ""))


class CodeVerifyView(_EntranceView):
    """Enter the code that arrived."""

    template_name = "account/code_verify.html"
    form_class = CodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Without a number in the session there is no code to enter."""
        if not request.user.is_authenticated and PHONE_IN_SESSION not in request.session:
            return redirect("account_code")
        return super().dispatch(request, *args, **kwargs)

    @property
    def _phone(self) -> str:
        return crypto.decrypt(self.request.session[PHONE_IN_SESSION])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"tail": self._phone[-4:]}

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """Sign in; allauth renews the session's key."""
        try:
            user = verify_code(phone=self._phone, code=form.cleaned_data["code"], now=timezone.now())
        except CannotVerifyCode as refusal:
            form.add_error("code", str(refusal))
            return self.form_invalid(form)
        del self.request.session[PHONE_IN_SESSION]
        return perform_login(self.request, user, redirect_url=_next(self.request) or None)


class SignOutView(account.LogoutView):
    """Sign out, and have the browser forget what pages kept on the device: telephones are lent and shared."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Drafts, unsent visits and their keys, stored pages; the cookies are allauth's to end."""
        response: HttpResponseBase = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"storage"'
        return response


class ChangePasswordView(account.PasswordChangeView):
    """Change the password; who signs in by code has none, and allauth's page for setting one is not used here."""

    def get_form(self, form_class: Any = None) -> Any:
        """The fields in this portal's words; what a password must be like, the page says above them."""
        form = super().get_form(form_class)
        words = {"oldpassword": _("Current password"), "password1": _("New password"), "password2": _("Once more")}
        for name, label in words.items():
            form.fields[name].label, form.fields[name].help_text = label, ""
            form.fields[name].widget.attrs.pop("placeholder", None)
        return form

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Say so, beside the list of sessions: whoever came to change a password may want to end one."""
        if isinstance(request.user, User) and not request.user.signs_in_by_password:
            messages.info(request, _("You sign in by a code sent to your telephone; there is no password to change."))
            return redirect("usersessions_list")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class ActivateSecondFactorView(ActivateTOTPView):
    """Set up the authenticator app; the session that did so has shown the second factor."""

    success_url = reverse_lazy("mfa_view_recovery_codes")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"title": _("Set up the second factor")}

    def form_valid(self, form: Any) -> HttpResponse:
        """Say once what was done and what to do next: allauth's own two messages are silent here (`mfa/messages/`)."""
        response = super().form_valid(form)
        second_factor.mark_passed(self.request.session)
        if self.did_generate_recovery_codes:
            done = _(
                "The second factor is set up. Print these recovery codes or save them as a file now, and keep them "
                "apart from your telephone."
            )
        else:
            done = _("The second factor is set up. The recovery codes you have stay valid.")
        messages.success(self.request, done)
        return response
