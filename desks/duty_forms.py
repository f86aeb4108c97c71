"""The shape of what is entered into a duty file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.strict import clean_text
from deputies.actions import Duty
from deputies.file import choices


class DutyForm(forms.Form):
    """One thing done."""

    item = forms.ChoiceField(label=_("What it was"))
    title = forms.CharField(label=_("In a few words"), max_length=120)
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    quantity = forms.IntegerField(
        label=_("How many (half-days, for an absence)"), min_value=1, max_value=100, initial=1
    )
    text = forms.CharField(
        label=_("What was done"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, own: bool, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        self.fields["item"].choices = [("", "—"), *choices(today, own=own)]  # type: ignore[attr-defined]
        if own:
            del self.fields["quantity"]

    def _clean(self, name: str, multiline: bool) -> str:
        try:
            return clean_text(self.cleaned_data[name], multiline=multiline)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_title(self) -> str:
        return self._clean("title", False)

    def clean_text(self) -> str:
        return self._clean("text", True)

    def duty(self) -> Duty:
        """Return what was entered, for `actions.enter`."""
        data = self.cleaned_data
        return Duty(
            item=data["item"], title=data["title"], on=data["on"], text=data["text"], quantity=data.get("quantity") or 1
        )
