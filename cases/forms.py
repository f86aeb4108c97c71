"""The shape of what people send through the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.strict import clean_text
from cases.actions.nominating import SOLVED
from cases.lifecycle import Voters
from cases.models import Case, Round
from deputies.access import COMMISSION, scope_of
from deputies.models import Deputy
from directory.models import Area
from petitions.models import Petition
from petitions.references import normalise
from stations.lifecycle import ReceptionState
from stations.models import Reception

SHOWN = 100


class WordsField(forms.CharField):
    """A text of several lines."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=4000, widget=forms.Textarea(attrs={"rows": 5}), **options)

    def clean(self, value: Any) -> str:
        """Return the text with its line ends made one kind; refuse control characters."""
        try:
            return clean_text(str(super().clean(value)), multiline=True)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class OpenForm(forms.Form):
    """A new selection."""

    title = forms.CharField(label=_("Title"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    area = forms.ModelChoiceField(Area.objects.none(), label=_("Area"), to_field_name="code", empty_label=None)
    voters = forms.ChoiceField(label=_("Who votes"), choices=Voters.choices)
    places = forms.IntegerField(label=_("Cases honoured"), min_value=1, max_value=50, initial=3)
    most = forms.IntegerField(label=_("Marks on a ballot paper"), min_value=1, max_value=50, initial=3)
    minimum = forms.IntegerField(label=_("Votes needed"), min_value=1, max_value=1_000_000, initial=20)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        under = Q(pk__in=[])
        for path, _role in scope_of(user).offices:
            under |= Q(path__startswith=path)
        field: Any = self.fields["area"]
        field.queryset = Area.objects.filter(under).exclude(level="community").order_by("path")


class NominateForm(forms.Form):
    """A solved matter, told so that everybody understands it."""

    petition = forms.CharField(
        label=_("Reference of the published petition"),
        max_length=40,
        required=False,
        help_text=_("Or choose a reception below."),
        widget=forms.TextInput(attrs={"class": "short reference", "autocomplete": "off"}),
    )
    reception = forms.ModelChoiceField(Reception.objects.none(), label=_("Reception that was held"), required=False)
    title = forms.CharField(label=_("Title"), max_length=120)
    problem = WordsField(label=_("What the problem was"), help_text=_("Public words only, no names of residents."))
    solution = WordsField(label=_("How it was solved"))
    deputies = forms.ModelMultipleChoiceField(
        Deputy.objects.none(),
        label=_("Deputies who took part"),
        to_field_name="code",
        required=False,
        help_text=_("Those on the petition, or who attended the reception, are named by themselves."),
    )

    def __init__(self, *args: Any, user: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        receptions: Any = self.fields["reception"]
        receptions.queryset = _receptions(user, round)
        receptions.label_from_instance = _told
        deputies: Any = self.fields["deputies"]
        deputies.queryset = Deputy.objects.active().filter(area__path__startswith=round.area.path).order_by("code")
        deputies.widget.attrs["size"] = 6

    def clean_petition(self) -> Petition | None:
        """Return the published petition; whether it is solved and within reach, the action says."""
        raw = str(self.cleaned_data["petition"]).strip()
        if not raw:
            return None
        found = Petition.objects.published().filter(reference=normalise(raw) or "").select_related("area", "deputy")
        petition = found.first()
        if petition is None:
            raise forms.ValidationError(gettext("There is no published petition with this reference."))
        return petition


def _receptions(user: Any, round_: Round) -> Any:
    held = Reception.objects.filter(state=ReceptionState.CLOSED, station__area__path__startswith=round_.area.path)
    scope = scope_of(user)
    if not any(role in COMMISSION for _path, role in scope.offices):
        mine = Q(station__in=scope.officer_of | scope.head_of)
        if scope.deputy:
            mine |= Q(duties__deputy=scope.deputy, duties__attended=True)
        held = held.filter(mine).distinct()
    latest = held.order_by("-starts_at").values("pk")[:SHOWN]
    return Reception.objects.filter(pk__in=latest).select_related("station").order_by("-starts_at")


def _told(reception: Reception) -> str:
    return " · ".join(
        part for part in (f"{reception.starts_at:%Y-%m-%d}", reception.station.label, reception.label) if part
    )


class ShortlistForm(forms.Form):
    """Which of the nominated go to the vote."""

    cases = forms.ModelMultipleChoiceField(
        Case.objects.none(), label=_("Cases on the shortlist"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["cases"]
        field.queryset = round.cases.still_public().order_by("id")
        field.initial = [case.pk for case in field.queryset if case.state == "shortlisted"]


def solved_near(user: Any, round_: Round) -> list[Petition]:
    """Return published, concluded petitions that this user could nominate: suggestions beside the form."""
    found = Petition.objects.published().filter(state__in=SOLVED, area__path__startswith=round_.area.path)
    if not any(role in COMMISSION for _path, role in scope_of(user).offices):
        found = found.visible_to(user)
    taken = round_.cases.exclude(petition=None).values("petition")
    return list(
        found.exclude(pk__in=taken)
        .only("reference", "public_title", "result", "ended_at", "category_id", "area_id", "station_id", "lead_unit_id")
        .order_by("-ended_at")[:8]
    )
