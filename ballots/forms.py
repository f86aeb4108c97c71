"""The shape of what voters send through the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.crypto import normalise_phone
from ballots.models import Poll, words_of


class CodeForm(forms.Form):
    """The code on the slip."""

    code = forms.CharField(
        label=gettext_lazy("Code on your slip"),
        max_length=60,
        help_text=gettext_lazy("Eight letters and digits, large or small letters."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "vote-code short",
                "placeholder": "K7PQ-4MXA",
            }
        ),
    )


class PhoneForm(forms.Form):
    """Where the code is to be sent."""

    phone = forms.CharField(
        label=gettext_lazy("Telephone number"),
        max_length=40,
        help_text=gettext_lazy("Each number gets one code for this vote. It is not kept."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        """Return the number as bare digits."""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class PaperForm(forms.Form):
    """The ballot paper of one poll: a choice of options for each item, or marks beside items."""

    def __init__(self, *args: Any, poll: Poll, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.poll = poll
        if poll.most:
            self.fields["marks"] = self._marks()
        else:
            for number, item in enumerate(poll.items):
                self.fields[f"item-{number}"] = self._choice(words_of(item))

    def _choice(self, label: str) -> forms.ChoiceField:
        options = [(option["code"], words_of(option)) for option in self.poll.options]
        missing = {"required": _("Please make a choice in each line.")}
        return forms.ChoiceField(label=label, choices=options, widget=forms.RadioSelect, error_messages=missing)

    def _marks(self) -> forms.MultipleChoiceField:
        items = [(item["code"], words_of(item)) for item in self.poll.items]
        sentence = _("Please mark 1 to %(most)d.") % {"most": self.poll.most}
        return forms.MultipleChoiceField(
            label=sentence, choices=items, widget=forms.CheckboxSelectMultiple, error_messages={"required": sentence}
        )

    def marks(self) -> dict[str, str]:
        """Return item → option, as `actions.cast` takes it."""
        data: dict[str, Any] = self.cleaned_data
        if self.poll.most:
            return dict.fromkeys(data["marks"], self.poll.options[0]["code"])
        return {item["code"]: data[f"item-{number}"] for number, item in enumerate(self.poll.items)}
