"""The shape of what people send through the pages, one form a move."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.strict import clean_text
from appraisals.models import DutyReport
from stations.models import Station

LONGEST = 20000


class WordsField(forms.CharField):
    """A text of several lines."""

    def __init__(self, **options: Any) -> None:
        rows = options.pop("rows", 4)
        super().__init__(**{"max_length": LONGEST, "widget": forms.Textarea(attrs={"rows": rows}), **options})

    def clean(self, value: Any) -> str:
        """Return the text with its line ends made one kind; refuse control characters."""
        try:
            return clean_text(str(super().clean(value)), multiline=True)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class MoveForm(forms.Form):
    """A move that takes nothing more."""

    def __init__(self, *args: Any, report: DutyReport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report


class EditForm(MoveForm):
    text = WordsField(label=_("Report"), rows=22)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = self.report.text


class SendBackForm(MoveForm):
    reason = WordsField(label=_("Reason"), max_length=2000)


class ConveneForm(MoveForm):
    meeting_at = forms.DateTimeField(
        label=_("Day and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "short"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    place = forms.CharField(label=_("Place"), max_length=200)
    station = forms.ModelChoiceField(Station.objects.none(), label=_("Station"), required=False, to_field_name="code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["station"]
        field.queryset = self.report.deputy.stations.open().order_by("code")
        field.initial = self.report.station.code if self.report.station else None
        if self.report.station:
            self.fields["place"].initial = self.report.meeting_place or self.report.station.address


class IssueCodesForm(MoveForm):
    number = forms.IntegerField(
        label=_("How many slips"),
        min_value=1,
        max_value=2000,
        initial=80,
        help_text=_("They are shown once, to be printed at once. Only how many is kept."),
        widget=forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"}),
    )


class InviteForm(MoveForm):
    phones = WordsField(
        label=_("Telephone numbers of registered voters, one a line"),
        help_text=_("Each number gets one code. The numbers are not kept."),
    )

    def clean_phones(self) -> list[str]:
        """Return the lines that hold anything."""
        return [line for line in str(self.cleaned_data["phones"]).splitlines() if line.strip()]


FORMS: dict[str, type[MoveForm]] = {
    "edit": EditForm,
    "redraft": MoveForm,
    "hand_in": MoveForm,
    "send_back": SendBackForm,
    "publish": MoveForm,
    "convene": ConveneForm,
    "issue_codes": IssueCodesForm,
    "invite": InviteForm,
    "open_vote": MoveForm,
    "announce": MoveForm,
}
