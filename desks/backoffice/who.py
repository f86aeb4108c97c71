"""“Who would get this?”: the router asked about a text that nobody has sent, with the list as it is now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.strict import clean_text
from desks.backoffice.tools import shown, tool
from directory import queries
from directory.calendar import local_day
from directory.models import PetitionKind
from dispatch import router
from petitions import choices
from petitions.reasons import sentences
from petitions.routing import View, view_for


class WhoForm(forms.Form):
    """A matter as the router is asked about it."""

    text = forms.CharField(
        label=_("What the resident might write"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    area = forms.ChoiceField(label=_("Place"), required=True)
    category = forms.ChoiceField(label=_("Category"), required=False)
    kind = forms.ChoiceField(label=_("Type of petition"), choices=PetitionKind.choices, initial=PetitionKind.CLAIM)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (
            ("area", [("", _("Please choose")), *choices.areas()[1:]]),
            ("category", choices.categories()),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options

    def clean_text(self) -> str:
        """Without control characters."""
        try:
            return clean_text(self.cleaned_data["text"], multiline=True)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def matter(self) -> router.Matter:
        """The form must be valid."""
        data = self.cleaned_data
        return router.Matter(
            title="",
            text=data["text"],
            category=data["category"] or None,
            area=data["area"],
            at=timezone.now(),
            channel="web",
            kind=data["kind"],
        )


@tool("who")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """The form and the router's answer. A POST though nothing is kept: words belong into no address."""
    form = WhoForm(request.POST or None)
    answer = _answer(view_for(form.matter())) if form.is_valid() else None
    return shown(request, "who", "desks/backoffice/who.html", {"form": form, "answer": answer})


def _answer(view: View) -> dict[str, Any]:
    today = local_day(timezone.now())
    return {
        "units": [_unit(row, today) for row in view.departments],
        "categories": [
            {"label": choices.category_label(row["code"]), "score": row["score"]} for row in view.categories[:3]
        ],
        "automatic": view.automatic,
        "held": sentences(view.held),
        "accusation": view.accusation,
        "version": view.version,
    }


def _unit(row: dict[str, Any], today: Any) -> dict[str, Any]:
    unit = queries.department_by_code(row["code"])
    return {
        "label": choices.department_label(row["code"]),
        "code": row["code"],
        "score": row["score"],
        "in_force": unit is not None and unit.is_in_force(today),
        # Cases it resembles are petitions, which no administrator reads.
        "why": sentences(reason for reason in row["reasons"] if reason.get("code") != "similar"),
        "co_units": [choices.department_label(code) for code in row["co_units"]],
    }
