"""The shape of what residents send through the pages."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.crypto import normalise_phone
from accounts.queries import consent_texts
from common.uploads import EXTENSIONS
from deputies.models import Deputy
from directory import queries
from directory.models import PetitionKind
from petitions import choices
from petitions.actions.intake import Intake
from petitions.lifecycle import Rating
from petitions.models import Channel
from stations.appointment_forms import OpenForm
from stations.models import OpinionCode, Station

LONGEST_TEXT = 5000
SHORTEST_TEXT = 5


class PhotoInput(forms.FileInput):
    """A file input for several files."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """All files, not only the last one."""
        return files.getlist(name) if hasattr(files, "getlist") else []


class PhotosField(forms.FileField):
    """Several images or PDFs, each within the limits of the settings. What they really are, the action looks at."""

    widget = PhotoInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files as a list; raises ValidationError for too many, too large or empty ones."""
        files = [each for each in (data if isinstance(data, list | tuple) else [data]) if each]
        if len(files) > settings.ATTACHMENT_MAX_COUNT:
            most = settings.ATTACHMENT_MAX_COUNT
            raise ValidationError(
                ngettext("At most %(most)d file, please.", "At most %(most)d files, please.", most) % {"most": most}
            )
        largest = settings.ATTACHMENT_MAX_BYTES
        for each in files:
            if each.size > largest:
                raise ValidationError(
                    _("“%(name)s” is larger than %(limit)d MB.") % {"name": each.name, "limit": largest // 2**20}
                )
        if not files and self.required:
            raise ValidationError(_("Please choose a file first."))
        return [super(PhotosField, self).clean(each, initial) for each in files]


def photos(**options: Any) -> PhotosField:
    """The field for photos and PDFs, as every form shows it.

    The types are named one by one: an iPhone then sends JPEG instead of its own HEIC.
    """
    return PhotosField(
        label=gettext_lazy("Photos or PDF"),
        widget=PhotoInput(attrs={"accept": ",".join(EXTENSIONS), "multiple": True}),
        **options,
    )


class SubmitForm(forms.Form):
    """A petition as a resident writes it. Only the text and a telephone number are compulsory."""

    text = forms.CharField(
        label=gettext_lazy("What should be solved?"),
        help_text=gettext_lazy("In your own words: what is wrong, where, and since when."),
        min_length=SHORTEST_TEXT,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": gettext_lazy("Please write what should be solved."),
            "min_length": gettext_lazy("Please write a few words more, so that it can be understood."),
        },
    )
    phone = forms.CharField(
        label=gettext_lazy("Your telephone number"),
        help_text=gettext_lazy("To reach you; its last four digits open your petition later. Stored encrypted."),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": gettext_lazy("Please give a telephone number, so that we can answer you.")},
    )
    address = forms.CharField(
        label=gettext_lazy("Where exactly?"),
        help_text=gettext_lazy("Street and number, crossing, building, or a landmark."),
        max_length=200,
        required=False,
    )
    area = forms.ChoiceField(label=gettext_lazy("Sub-district and community"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Subject"), required=False)
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    urgent = forms.BooleanField(
        label=gettext_lazy("It cannot wait: someone may be harmed, or water, power or heat has failed"),
        required=False,
    )
    photos = photos(
        required=False,
        help_text=gettext_lazy("Up to nine. Location data inside photos is removed."),
    )
    keep_contact = forms.BooleanField(
        label=gettext_lazy("Do not give my name and number to the department; the station passes messages on"),
        required=False,
    )
    by_person = forms.BooleanField(
        label=gettext_lazy("A person, not the computer, is to choose the department"), required=False
    )
    publish_consent = forms.BooleanField(
        label=gettext_lazy("My petition may be published without my name, number and other personal details"),
        required=False,
    )
    latitude = forms.DecimalField(required=False, min_value=-90, max_value=90, max_digits=15, widget=forms.HiddenInput)
    longitude = forms.DecimalField(
        required=False, min_value=-180, max_value=180, max_digits=15, widget=forms.HiddenInput
    )
    station = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    deputy = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    via = forms.SlugField(required=False, max_length=12, widget=forms.HiddenInput)
    # Given out with the page and sent back with it: a form sent twice makes one petition.
    key = forms.UUIDField(widget=forms.HiddenInput)
    consent_version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    # The resident has read that this goes the closed route (accusations).
    closed_route = forms.BooleanField(required=False, widget=forms.HiddenInput)

    # Proof of work, solved by static/js/submit.js while the person writes; empty without JavaScript.
    altcha = forms.CharField(required=False, max_length=4096, widget=forms.HiddenInput)
    # People do not see it; robots fill it in.
    website = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, closed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if closed:
            self.fields["text"].label = gettext_lazy("What happened?")
            self.fields["text"].help_text = gettext_lazy("Who did what, when and where, and how you know of it.")
        self._choose("category", choices.categories())
        self._choose("area", choices.areas())

    def _choose(self, name: str, options: choices.Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = options

    @staticmethod
    def fresh_values() -> dict[str, str]:
        """What an empty form starts with: a new key, and the version of the consent texts it shows."""
        return {"key": str(uuid.uuid4()), "consent_version": consent_texts().version}

    def put(self, name: str, value: str) -> None:
        """Replace what was sent in one field, for the page that is shown again."""
        data = cast(QueryDict, self.data).copy()
        data[name] = value
        self.data = data

    def clean_phone(self) -> str:
        """The number in one spelling; a clear sentence for what is none."""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean_website(self) -> str:
        """Raise for a robot, in words that tell a person what to do."""
        if self.cleaned_data["website"]:
            raise ValidationError(_("Please leave the last field empty and send the form again."))
        return ""

    def linked_station(self) -> Station | None:
        """The station whose QR code was scanned, if it receives residents."""
        code = str(self["station"].value() or "")[:40]
        return Station.objects.open().select_related("area").filter(code=code).first() if code else None

    def linked_deputy(self) -> Deputy | None:
        """The deputy whose page or QR code led here, if in office."""
        code = str(self["deputy"].value() or "")[:40]
        return Deputy.objects.active().filter(code=code).first() if code else None

    def intake(self) -> Intake:
        """What the action takes; the form must be valid."""
        data = self.cleaned_data
        station, deputy = self.linked_station(), self.linked_deputy()
        via = OpinionCode.objects.filter(code=data["via"]).first() if data["via"] else None
        return Intake(
            text=data["text"],
            phone=data["phone"],
            name=data["name"],
            publish_consent=data["publish_consent"] and not data["closed_route"],
            consent_version=data["consent_version"],
            kind=PetitionKind.ACCUSATION if data["closed_route"] else PetitionKind.CLAIM,
            category=queries.category_by_code(data["category"]) if data["category"] else None,
            area=queries.area_by_code(data["area"]) if data["area"] else None,
            station=station,
            deputy=None if data["closed_route"] else deputy,
            via=via,
            address=data["address"],
            latitude=_six_places(data["latitude"]),
            longitude=_six_places(data["longitude"]),
            channel=Channel.QR if station or via else Channel.WEB,
            urgent=data["urgent"],
            share_contact=not data["keep_contact"],
            by_person=data["by_person"],
            language="en" if (get_language() or "").startswith("en") else "zh-hans",
        )


def _six_places(value: Decimal | None) -> Decimal | None:
    """A position to a tenth of a metre: what the table keeps."""
    return None if value is None else round(value, 6)


class FollowForm(OpenForm):
    """The two things that open one's own petition."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"].help_text = _("Ten letters and digits, from the page or the paper you were given.")


class EvaluateForm(forms.Form):
    """How it was handled, and what came of it; words when the result does not satisfy."""

    process = forms.ChoiceField(
        label=gettext_lazy("How was it handled?"), choices=Rating.choices, widget=forms.RadioSelect
    )
    result = forms.ChoiceField(
        label=gettext_lazy("Is the result good?"), choices=Rating.choices, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=gettext_lazy("What is still wrong?"),
        help_text=gettext_lazy("If you are dissatisfied, say why: the department reads it before it starts anew."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Dissatisfied needs a reason, or nobody could do better the second time."""
        data = super().clean() or {}
        if Rating.DISSATISFIED in (data.get("process"), data.get("result")) and not data.get("comment"):
            self.add_error("comment", _("Please say in a few words what is still wrong."))
        return data


class SupplementForm(forms.Form):
    """More to say, or a photo, after submission."""

    text = forms.CharField(
        label=gettext_lazy("What would you like to add?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photos = photos(required=False)

    def clean(self) -> dict[str, Any]:
        """Something, please."""
        data = super().clean() or {}
        if not data.get("text") and not data.get("photos") and not self.errors:
            raise ValidationError(_("Please write something or choose a photo."))
        return data


class WithdrawForm(forms.Form):
    """A reason is welcome, not needed."""

    reason = forms.CharField(label=gettext_lazy("Why?"), max_length=500, required=False)


class NameForm(forms.Form):
    """A corrected name; empty takes it away."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class SearchForm(forms.Form):
    """Filters of the published petitions; whatever is not understood is left out, never an error."""

    q = forms.CharField(label=gettext_lazy("Words"), max_length=100, required=False)
    category = forms.ChoiceField(label=gettext_lazy("Subject"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("Place"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (("category", choices.categories()), ("area", choices.areas())):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *options[1:]]
