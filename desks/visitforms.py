"""The shape of a visit as it is written down on a phone, and of what is noted on it later."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy

from accounts.crypto import normalise_phone
from accounts.strict import clean_text
from deputies.models import Deputy
from stations.actions.visits import LARGEST_GROUP, VisitIntake
from stations.models import Station
from stations.models.visits import CheckIn, Confidentiality, Feedback

LONGEST_TEXT = 5000
MINUTES = "%Y-%m-%dT%H:%M"


class VisitForm(forms.Form):
    """What is asked at a visit. Only the station, the words and the resident's consent are compulsory."""

    station = forms.ChoiceField(label=gettext_lazy("Station"))
    came_at = forms.DateTimeField(
        label=gettext_lazy("When"),
        input_formats=[MINUTES, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES),
    )
    check_in = forms.ChoiceField(choices=CheckIn.choices, required=False, widget=forms.HiddenInput)
    deputies = forms.MultipleChoiceField(
        label=gettext_lazy("Deputies present"), required=False, widget=forms.CheckboxSelectMultiple
    )
    name = forms.CharField(
        label=gettext_lazy("Resident’s name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Resident’s telephone number"),
        help_text=gettext_lazy("Needed for a petition: the reference goes to it by text message."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    group_size = forms.IntegerField(
        label=gettext_lazy("How many came"),
        min_value=1,
        max_value=LARGEST_GROUP,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "short"}),
    )
    representatives = forms.CharField(
        label=gettext_lazy("Representatives of the group"),
        help_text=gettext_lazy("One name a line. A group chooses up to five, so that everybody is heard well."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    words = forms.CharField(
        label=gettext_lazy("The words as spoken"),
        help_text=gettext_lazy("As the resident says it: what, where, since when, what is hoped for."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Please write down what was said.")},
    )
    address = forms.CharField(label=gettext_lazy("Where exactly?"), max_length=200, required=False)
    urgent = forms.BooleanField(
        label=gettext_lazy("It cannot wait: someone may be harmed, or water, power or heat has failed"), required=False
    )
    confidentiality = forms.ChoiceField(
        label=gettext_lazy("Confidentiality"),
        choices=Confidentiality.choices,
        initial=Confidentiality.OPEN,
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=gettext_lazy("Answered on the spot"),
        help_text=gettext_lazy("What you told the resident, where that was enough."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    told = forms.BooleanField(
        label=gettext_lazy("I told the resident what is kept and who reads it, and the resident agrees"),
        error_messages={"required": gettext_lazy("Without the resident’s consent nothing may be entered.")},
    )
    may_publish = forms.BooleanField(
        label=gettext_lazy("The resident agrees to publication without name, number and other personal details"),
        required=False,
    )
    although_double = forms.BooleanField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stations: Sequence[Station], deputies: Sequence[Deputy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stations = {each.code: each for each in stations}
        self.known_deputies = {each.code: each for each in deputies}
        self._choose("station", [(each.code, each.label) for each in stations])
        self._choose("deputies", [(each.code, each.label) for each in deputies])

    def _choose(self, name: str, options: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = options

    @staticmethod
    def fresh(now: datetime) -> dict[str, Any]:
        """What an empty form starts with: a new number, so that a form sent twice is one visit."""
        return {"key": str(uuid.uuid4()), "came_at": timezone.localtime(now).strftime(MINUTES)}

    def clean(self) -> dict[str, Any]:
        """Texts without control characters."""
        data = super().clean() or {}
        for name in ("words", "answer", "representatives", "name", "address"):
            if data.get(name):
                try:
                    data[name] = clean_text(data[name], multiline=name in ("words", "answer", "representatives"))
                except ValueError as error:
                    self.add_error(name, str(error))
        return data

    def clean_phone(self) -> str:
        """A clear sentence for what is no number."""
        if not self.cleaned_data["phone"].strip():
            return ""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def intake(self) -> VisitIntake:
        """What the action takes; the form must be valid."""
        data = self.cleaned_data
        names = [line.strip() for line in data["representatives"].split("\n") if line.strip()]
        return VisitIntake(
            key=data["key"],
            station=self.stations[data["station"]],
            came_at=data["came_at"],
            words=data["words"],
            told=data["told"],
            name=data["name"],
            phone=data["phone"],
            group_size=data["group_size"],
            representatives=names,
            deputies=[self.known_deputies[code] for code in data["deputies"]],
            address=data["address"],
            urgent=data["urgent"],
            confidentiality=data["confidentiality"],
            may_publish=data["may_publish"],
            answer=data["answer"],
            check_in=data["check_in"] or CheckIn.HAND,
            language="en" if (get_language() or "").startswith("en") else "zh-hans",
        )


class AnswerForm(forms.Form):
    """The answer given on the spot, noted later."""

    text = forms.CharField(
        label=gettext_lazy("What was answered"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class FeedbackForm(forms.Form):
    """What the resident said of it."""

    feedback = forms.ChoiceField(
        label=gettext_lazy("Is the resident satisfied?"), choices=Feedback.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=gettext_lazy("In the resident’s words"), max_length=500, required=False)
