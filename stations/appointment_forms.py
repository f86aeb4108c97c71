"""The shape of an appointment as a resident asks for it, opens it and moves it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.crypto import normalise_phone
from accounts.queries import consent_texts
from accounts.strict import clean_text
from common.references import normalise
from deputies.models import Deputy
from stations.actions.appointments import Request
from stations.models import Reception, Station, StationKind
from stations.models.appointments import Occasion
from stations.slots import Slot


def slot_choices(slots: Sequence[Slot]) -> list[tuple[str, str]]:
    """Return one choice for each time: of places side by side the first stands for all."""
    first: dict[tuple[int, datetime], Slot] = {}
    for slot in slots:
        first.setdefault((slot.reception_id, slot.starts_at), slot)
    return [(f"{each.reception_id}-{each.place}", slot_words(each)) for each in first.values()]


def slot_words(slot: Slot) -> str:
    """ "26 November, 09:00–09:15" in the language now active."""
    begins, ends = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    return f"{date_format(begins, 'SHORT_DATE_FORMAT')} {begins:%H:%M}–{ends:%H:%M}"


class SlotField(forms.ChoiceField):
    """A place of a reception: "12-3" in, (12, 3) out; empty where no place is wanted."""

    def clean(self, value: Any) -> Any:
        """Return (reception, place) or None. A place that has gone meanwhile is the action's to say."""
        if not value:
            if self.required:
                raise ValidationError(_("Choose one of the free places."))
            return None
        try:
            reception, place = (int(part) for part in str(value)[:40].split("-"))
        except ValueError:
            raise ValidationError(_("Choose one of the free places.")) from None
        return reception, place


class BookForm(forms.Form):
    """An appointment. Occasion, subject and telephone number are compulsory; a place, or a wish for a time."""

    occasion = forms.ChoiceField(
        label=gettext_lazy("What for?"), choices=Occasion.choices, initial=Occasion.TALK, widget=forms.RadioSelect
    )
    slot = SlotField(label=gettext_lazy("When?"), required=False, widget=forms.RadioSelect)
    wish = forms.CharField(
        label=gettext_lazy("None of these? When does it suit you?"),
        help_text=gettext_lazy("The station then agrees on a time with the deputy and tells you."),
        max_length=200,
        required=False,
    )
    deputy = forms.ChoiceField(label=gettext_lazy("With which deputy?"), required=False)
    subject = forms.CharField(
        label=gettext_lazy("What is it about?"),
        help_text=gettext_lazy("One or two sentences, so that the right people come prepared."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    enterprise = forms.CharField(label=gettext_lazy("Enterprise"), max_length=120, required=False)
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Your telephone number"),
        help_text=gettext_lazy("We send the confirmation and a reminder to it. Stored encrypted."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    consent_version = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, station: Station, slots: Sequence[Slot], deputies: Sequence[Deputy], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.station, self.deputies = station, {each.code: each for each in deputies}
        self.has_slots = bool(slots)
        self._choose("slot", [*slot_choices(slots), ("", _("Another time"))])
        self._choose("deputy", [("", _("Whoever has time")), *((each.code, each.label) for each in deputies)])
        if station.kind != StationKind.BUILDING_STATION:
            del self.fields["enterprise"]

    def _choose(self, name: str, options: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = options

    @staticmethod
    def fresh() -> dict[str, str]:
        """What an empty form starts with."""
        return {"key": str(uuid.uuid4()), "consent_version": consent_texts().version}

    def clean(self) -> dict[str, Any]:
        """Texts without control characters; without a place, a wish."""
        data = super().clean() or {}
        for name in ("subject", "wish", "enterprise", "name"):
            if data.get(name):
                try:
                    data[name] = clean_text(data[name], multiline=name == "subject")
                except ValueError as error:
                    self.add_error(name, str(error))
        if not data.get("slot") and not data.get("wish") and "slot" not in self.errors:
            self.add_error("wish", _("Choose one of the free places, or say when it suits you."))
        return data

    def clean_phone(self) -> str:
        """A clear sentence for what is no number."""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def request(self) -> Request:
        """What the action takes; the form must be valid."""
        data = self.cleaned_data
        reception, place = data["slot"] or (None, None)
        return Request(
            station=self.station,
            occasion=data["occasion"],
            subject=data["subject"],
            phone=data["phone"],
            consent_version=data["consent_version"],
            name=data["name"],
            deputy=self.deputies.get(data["deputy"]),
            reception=Reception.objects.filter(pk=reception).first() if reception else None,
            place=place,
            wish=data["wish"],
            enterprise=data.get("enterprise", ""),
            language="en" if (get_language() or "").startswith("en") else "zh-hans",
        )


class OpenForm(forms.Form):
    """The two things that open one's own appointment."""

    reference = forms.CharField(
        label=gettext_lazy("Number of the appointment"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Please enter the number of the appointment.")},
    )
    phone_tail = forms.CharField(
        label=gettext_lazy("Last four digits of your telephone number"),
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
        error_messages={"required": gettext_lazy("Please enter the last four digits.")},
    )

    def clean_reference(self) -> str:
        """The reference as stored; its check digit tells a slip from an unknown one."""
        found = normalise(self.cleaned_data["reference"])
        if found is None:
            raise ValidationError(_("That is not the number of an appointment: please compare it with your message."))
        return found

    def clean_phone_tail(self) -> str:
        """Four digits, full-width ones too."""
        tail = "".join(str(int(c)) for c in self.cleaned_data["phone_tail"] if c.isdecimal())
        if len(tail) != 4:
            raise ValidationError(_("Please enter exactly four digits."))
        return tail


class MoveForm(forms.Form):
    """Another place."""

    slot = SlotField(label=gettext_lazy("Another place"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, slots: Sequence[Slot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["slot"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = slot_choices(slots)
