"""What is entered to follow a published petition, and to stop."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class FollowPublishedForm(forms.Form):
    """Where to send word."""

    address = forms.CharField(
        label=gettext_lazy("E-mail address or mobile number"),
        help_text=gettext_lazy("It is used for this alone, and deleted when you stop or the matter is over."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter an e-mail address or a mobile number of 11 digits.")},
    )


class ConfirmForm(forms.Form):
    """The code that went there."""

    address = forms.CharField(max_length=254, widget=forms.HiddenInput)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}),
        error_messages={"required": gettext_lazy("Please enter the code.")},
    )


class StopForm(forms.Form):
    """The stop code that stands in each message."""

    code = forms.CharField(
        label=gettext_lazy("Stop code"),
        help_text=gettext_lazy("Ten letters and digits, at the end of each message."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Please enter the stop code.")},
    )
