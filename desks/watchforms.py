"""The shape of key supervision: who watches over a matter until when, and what a look-back found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from desks.models import KeySupervision
from desks.oversight import colleagues
from petitions.models import Petition
from stations.forms import DATE, CleanText


class WatchForm(forms.Form):
    """Who answers for a key matter, and the day of the look-back."""

    supervisor = forms.TypedChoiceField(
        label=_("Supervisor"),
        error_messages={"invalid_choice": _("The person named is no supervisor of this area.")},
    )
    look_back_on = forms.DateField(
        label=_("Look back on"),
        widget=DATE,
        error_messages={
            "required": _("Give the day on which you will look back."),
            "invalid": _("There is no such day in the calendar."),
        },
    )

    def __init__(self, data: Any = None, *, petition: Petition, user: User, held: KeySupervision | None) -> None:
        initial: dict[str, Any] = {"supervisor": held.supervisor_id if held else user.pk}
        if held:
            initial["look_back_on"] = held.look_back_on
        if data is not None and not data.get("supervisor"):  # nobody named: oneself
            data = {**data.dict(), "supervisor": user.pk}
        super().__init__(data, initial=initial, auto_id="watch-%s")
        field = self.fields["supervisor"]
        assert isinstance(field, forms.TypedChoiceField)
        known = {str(each.pk): each for each in colleagues(petition)}
        field.choices, field.coerce = [(number, str(each)) for number, each in known.items()], known.__getitem__


class LookBackForm(forms.Form):
    """What was found; with a day, the matter stays under key supervision until then."""

    finding = CleanText(
        label=_("What you found"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what you found.")},
    )
    again_on = forms.DateField(
        label=_("Look again on"),
        help_text=_("Left empty, key supervision of this matter ends."),
        required=False,
        widget=DATE,
        error_messages={"invalid": _("There is no such day in the calendar.")},
    )

    def __init__(self, data: Any = None, *, number: int) -> None:
        super().__init__(data, auto_id=f"back-{number}-%s")
