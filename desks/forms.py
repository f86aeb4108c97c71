"""The shape of what staff enter that is no move: a petition for somebody who called, wrote or came."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.crypto import normalise_phone
from accounts.queries import consent_texts
from accounts.strict import clean_text
from common.widgets import LongSelect
from directory import queries
from directory.models import PetitionKind
from petitions import choices
from petitions.actions.intake import PROXY_CHANNELS, Intake
from petitions.forms import photos
from petitions.models import Channel

LONGEST_TEXT = 5000
SHORTEST_TEXT = 5


class EntryForm(forms.Form):
    """A petition as staff write it down. The words are the resident's; the channel says how they came."""

    channel = forms.ChoiceField(label=gettext_lazy("How it came"), choices=())
    text = forms.CharField(
        label=gettext_lazy("What should be solved, in the resident’s own words"),
        min_length=SHORTEST_TEXT,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120, required=False)
    name = forms.CharField(label=gettext_lazy("Resident’s name"), max_length=60, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Resident’s telephone number"),
        help_text=gettext_lazy("Only a letter may come without one; it is answered by letter."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )
    area = forms.ChoiceField(label=gettext_lazy("Sub-district and community"), required=False, widget=LongSelect)
    address = forms.CharField(label=gettext_lazy("Where exactly?"), max_length=200, required=False)
    category = forms.ChoiceField(label=gettext_lazy("Subject"), required=False, widget=LongSelect)
    kind = forms.ChoiceField(
        label=gettext_lazy("Type of petition"), choices=PetitionKind.choices, initial=PetitionKind.CLAIM
    )
    urgent = forms.BooleanField(
        label=gettext_lazy("It cannot wait: someone may be harmed, or water, power or heat has failed"), required=False
    )
    told = forms.BooleanField(
        label=gettext_lazy(
            "The resident was told that what is entered here is processed and passed on to the unit responsible, "
            "and agrees"
        ),
        error_messages={"required": gettext_lazy("Without the resident’s consent nothing may be entered.")},
    )
    publish_consent = forms.BooleanField(
        label=gettext_lazy("The resident agrees to publication without name, number and other personal details"),
        required=False,
    )
    photos = photos(required=False, help_text=gettext_lazy("What was sent or shown: a scan of the letter, a photo."))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, files_offered: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not files_offered:
            del self.fields["photos"]
        channels = [(code, words) for code, words in Channel.choices if code in PROXY_CHANNELS or code == "station"]
        for name, options in (
            ("channel", channels),
            ("area", choices.areas()),
            ("category", choices.categories()),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options

    @staticmethod
    def fresh() -> dict[str, str]:
        """What an empty form starts with: a new key, so that a form sent twice makes one petition."""
        return {"key": str(uuid.uuid4())}

    def clean(self) -> dict[str, Any]:
        """Texts without control characters, the number in one spelling."""
        data = super().clean() or {}
        for name in ("text", "title", "name", "address"):
            if data.get(name):
                try:
                    data[name] = clean_text(data[name], multiline=name == "text")
                except ValueError as error:
                    self.add_error(name, str(error))
        if not data.get("phone") and data.get("channel") != Channel.LETTER and "phone" not in self.errors:
            self.add_error("phone", _("Please give the number: only a letter may come without one."))
        return data

    def clean_phone(self) -> str:
        """A clear sentence for what is no number."""
        typed: str = self.cleaned_data["phone"]
        try:
            return normalise_phone(typed) if typed.strip() else ""
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean_text(self) -> str:
        """The words, which must be more than blanks."""
        text: str = self.cleaned_data["text"]
        if len(text.strip()) < SHORTEST_TEXT:
            raise ValidationError(_("Please write a few words more, so that it can be understood."))
        return text

    def intake(self) -> Intake:
        """What the action takes; the form must be valid."""
        data = self.cleaned_data
        return Intake(
            text=data["text"],
            title=data["title"],
            phone=data["phone"],
            name=data["name"],
            publish_consent=data["publish_consent"],
            consent_version=consent_texts().version,
            kind=data["kind"],
            channel=data["channel"],
            category=queries.category_by_code(data["category"]) if data["category"] else None,
            area=queries.area_by_code(data["area"]) if data["area"] else None,
            address=data["address"],
            urgent=data["urgent"],
            language=get_language() or "zh-hans",
        )
