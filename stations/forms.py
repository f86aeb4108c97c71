"""The shape of what the people of a station and of the commission enter. Nothing is saved here."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.strict import clean_text
from deputies.models import Deputy
from directory.calendar import SHANGHAI
from stations.actions.master import OWN, Hours
from stations.actions.receptions import Session
from stations.lifecycle import NoticeException
from stations.models import Reception, Station, StationKind, Weekday
from stations.series import Every

SPAN = re.compile(r"^(\d{1,2})[:：](\d{2})\s*[-–—至~]\s*(\d{1,2})[:：](\d{2})$")
DATE = forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d")
TIME = forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M")


class CleanText(forms.CharField):
    """Text without control characters."""

    def clean(self, value: Any) -> str:
        """Return the text; raises ValidationError with a sentence."""
        try:
            return clean_text(super().clean(value), multiline=isinstance(self.widget, forms.Textarea))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class StationForm(forms.Form):
    """Master data that a station's own people keep; opening hours as one line a day."""

    name = CleanText(label=gettext_lazy("Name in Chinese"), max_length=100)
    name_en = CleanText(label=gettext_lazy("Name in English"), max_length=200, required=False)
    address = CleanText(label=gettext_lazy("Address"), max_length=200, required=False)
    phone = CleanText(label=gettext_lazy("Telephone of the station"), max_length=40, required=False)
    latitude = forms.FloatField(label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180)
    about = CleanText(
        label=gettext_lazy("About the station, in Chinese"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    about_en = CleanText(
        label=gettext_lazy("About the station, in English"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    deputies = forms.ModelMultipleChoiceField(
        Deputy.objects.none(), label=gettext_lazy("Deputies of this station"), required=False, to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": self.initial_of(station), **kwargs})
        field = self.fields["deputies"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = deputies_around(station)
        for day, label in Weekday.choices:
            self.fields[f"day{day}"] = CleanText(label=label, max_length=60, required=False)

    @staticmethod
    def initial_of(station: Station) -> dict[str, Any]:
        """What the form starts with."""
        names = ("name", "name_en", "address", "phone", "latitude", "longitude", "about", "about_en")
        found: dict[str, Any] = {name: getattr(station, name) for name in names}
        found["deputies"] = [deputy.code for deputy in station.deputies.all()]
        spans: dict[int, list[str]] = {}
        for row in station.hours.all():
            spans.setdefault(row.weekday, []).append(f"{row.opens:%H:%M}-{row.closes:%H:%M}")
        return found | {f"day{day}": ", ".join(texts) for day, texts in spans.items()}

    def days(self) -> list[Any]:
        """The fields of the seven days."""
        return [self[f"day{day}"] for day, _label in Weekday.choices]

    def clean(self) -> dict[str, Any]:
        """Read the hours of each day, such as `9:00-12:00, 14:00-18:00`."""
        data = super().clean() or {}
        data["hours"] = []
        for day, _label in Weekday.choices:
            try:
                data["hours"] += [(day, *span) for span in spans_of(data.get(f"day{day}") or "")]
            except ValueError:
                self.add_error(f"day{day}", _("Write hours like 9:00-12:00, 14:00-18:00; leave it empty when closed."))
        return data

    def values(self) -> dict[str, Any]:
        """The plain fields, for the action."""
        return {name: value for name, value in self.cleaned_data.items() if name in OWN}

    def hours(self) -> list[Hours]:
        """The opening hours, for the action."""
        return list(self.cleaned_data["hours"])


def spans_of(text: str) -> list[tuple[time, time]]:
    """Read `9:00-12:00, 14:00-18:00`. Raises ValueError."""
    found = []
    for part in filter(None, (each.strip() for each in re.split(r"[,，;；、]", text))):
        match = SPAN.match(part)
        if match is None:
            raise ValueError(part)
        one, two, three, four = map(int, match.groups())
        found.append((time(one, two), time(three, four)))
    return found


def deputies_around(station: Station) -> Any:
    """The deputies in office of the station's sub-district and those attached: who may be chosen."""
    above = station.area.path.split(".")[:-2] if station.area.level == "community" else station.area.lineage()
    near = Q(area__path__startswith=".".join(above) + ".") | Q(pk__in=station.deputies.values("pk"))
    return Deputy.objects.filter(near, is_active=True).order_by("code")


class PhotoForm(forms.Form):
    """A photo of the station, and what it shows."""

    photo = forms.FileField(
        label=gettext_lazy("Photo"), widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})
    )
    caption = CleanText(label=gettext_lazy("What it shows"), max_length=120)


class ReceptionForm(forms.Form):
    """One session, or a series of them."""

    date = forms.DateField(label=gettext_lazy("Day"), widget=DATE)
    starts = forms.TimeField(label=gettext_lazy("Begins"), widget=TIME, initial=time(9))
    ends = forms.TimeField(label=gettext_lazy("Ends"), widget=TIME, initial=time(11, 30))
    topic = CleanText(label=gettext_lazy("Topic in Chinese"), max_length=120, required=False)
    topic_en = CleanText(label=gettext_lazy("Topic in English"), max_length=200, required=False)
    capacity = forms.IntegerField(label=gettext_lazy("Residents in all"), min_value=1, max_value=1000, initial=20)
    slot_minutes = forms.IntegerField(label=gettext_lazy("Minutes for each"), min_value=5, max_value=240, initial=15)
    deputies = forms.ModelMultipleChoiceField(
        Deputy.objects.none(), label=gettext_lazy("Deputies on duty"), required=False, to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    every = forms.ChoiceField(label=gettext_lazy("Repeated"), choices=Every.choices, initial=Every.ONCE, required=False)
    until = forms.DateField(label=gettext_lazy("Last day of the series"), widget=DATE, required=False)

    def __init__(self, *args: Any, station: Station, reception: Reception | None = None, **kwargs: Any) -> None:
        if reception is not None:
            kwargs.setdefault("initial", self.initial_of(reception))
        super().__init__(*args, **kwargs)
        field = self.fields["deputies"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        found = deputies_around(station)
        if reception is not None:
            del self.fields["every"], self.fields["until"]
            found = Deputy.objects.filter(Q(pk__in=found.values("pk")) | Q(pk__in=reception.deputies.values("pk")))
        field.queryset = found

    @staticmethod
    def initial_of(reception: Reception) -> dict[str, Any]:
        """What the form of a planned session starts with."""
        start, end = (moment.astimezone(SHANGHAI) for moment in (reception.starts_at, reception.ends_at))
        names = ("topic", "topic_en", "capacity", "slot_minutes")
        return {
            **{name: getattr(reception, name) for name in names},
            "date": start.date(),
            "starts": start.time(),
            "ends": end.time(),
            "deputies": [deputy.code for deputy in reception.deputies.all()],
        }

    def clean(self) -> dict[str, Any]:
        """A series has an end."""
        data = super().clean() or {}
        if data.get("every") not in (None, "", Every.ONCE) and not data.get("until"):
            self.add_error("until", _("Give the last day of the series."))
        return data

    def session(self) -> Session:
        """What the action takes; the form must be valid."""
        data = self.cleaned_data
        return Session(
            starts_at=datetime.combine(data["date"], data["starts"], tzinfo=SHANGHAI),
            ends_at=datetime.combine(data["date"], data["ends"], tzinfo=SHANGHAI),
            capacity=data["capacity"],
            slot_minutes=data["slot_minutes"],
            topic=data["topic"],
            topic_en=data["topic_en"],
        )


class PublishForm(forms.Form):
    """An exception to the notice, where it is announced late."""

    exception = forms.ChoiceField(
        label=gettext_lazy("Ground for the short notice"), required=False,
        choices=[("", gettext_lazy("Announced in time")), *NoticeException.choices],
    )  # fmt: skip
    reason = CleanText(label=gettext_lazy("Why so late; everybody reads it"), max_length=300, required=False)


class DayForm(forms.Form):
    """A unified reception day: when, on what, and at which stations."""

    date = forms.DateField(label=gettext_lazy("Day"), widget=DATE)
    starts = forms.TimeField(label=gettext_lazy("Begins"), widget=TIME, initial=time(9))
    ends = forms.TimeField(label=gettext_lazy("Ends"), widget=TIME, initial=time(17))
    topic = CleanText(label=gettext_lazy("Topic in Chinese"), max_length=120)
    topic_en = CleanText(label=gettext_lazy("Topic in English"), max_length=200, required=False)
    capacity = forms.IntegerField(
        label=gettext_lazy("Residents at each station"), min_value=1, max_value=1000, initial=20
    )
    slot_minutes = forms.IntegerField(label=gettext_lazy("Minutes for each"), min_value=5, max_value=240, initial=15)
    areas = forms.MultipleChoiceField(
        label=gettext_lazy("Sub-districts"), help_text=gettext_lazy("None chosen: all of the area."), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of stations"), help_text=gettext_lazy("None chosen: all kinds."), required=False,
        choices=StationKind.choices, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, areas: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["areas"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = areas


class ReasonForm(forms.Form):
    """Why something is called off."""

    reason = CleanText(label=gettext_lazy("Reason"), max_length=300)
