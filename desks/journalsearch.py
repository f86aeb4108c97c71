"""How the auditor finds what is in the journal: by words, by person, by day; each by an index of millions of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import INPUT_CLASSES

from accounts.models import User
from desks import recorded
from journal.models import Entry
from petitions import timeline
from petitions.lifecycle import MATTER
from petitions.models import Petition
from petitions.references import normalise

NAMESAKES = 50  # whom one name can mean at most


def found(entries: QuerySet[Entry], term: str) -> QuerySet[Entry]:
    """The entries that a term names: a reference, an action's code, a person, or words of what happened."""
    if not (term := term.strip()):
        return entries
    reference = normalise(term)  # words of ten letters look like one too
    if reference and (matter := Petition.objects.filter(reference=reference).values_list("pk", flat=True).first()):
        return entries.filter(matter_type=MATTER, matter_id=matter)
    if term in timeline.LABELS or term in recorded.DONE:
        return entries.filter(action=term)
    people = User.objects.filter(Q(username=term) | Q(display_name=term)).order_by()
    if persons := list(people.values_list("pk", flat=True)[:NAMESAKES]):
        return entries.filter(actor__in=persons)
    return entries.filter(_worded(term))


def _worded(term: str) -> Q:
    """What the page calls by these words, in the language now active; the code itself where it has no words."""
    of_petitions, elsewhere = _codes(timeline.LABELS.items(), term), _codes(recorded.DONE.items(), term)
    # A co-unit's reply has words of its own (`timeline.name_of`); the unit's has not these.
    codes = {*of_petitions, *elsewhere, term} | ({"reply"} if "opinion" in of_petitions else set())
    matters = Q(matter_type=MATTER, action__in=of_petitions)
    if "opinion" in of_petitions:
        matters |= Q(matter_type=MATTER, action="reply", data__has_key="opinion")
    # All codes first, for the index; then which of them belong to which kind of matter.
    return Q(action__in=sorted(codes)) & (matters | (~Q(matter_type=MATTER) & Q(action__in=elsewhere)) | Q(action=term))


def _codes(labels: Iterable[tuple[str, Any]], term: str) -> list[str]:
    wanted = term.casefold()
    return sorted(code for code, label in labels if wanted in str(label).casefold())


class DaysFilter(admin.ListFilter):
    """From a day to a day, both included; as two fields that the browser itself fills in."""

    title = gettext_lazy("day")
    template = "desks/backoffice/_days_filter.html"
    NAMES: ClassVar = {"day_from": pgettext_lazy("a day", "From"), "day_to": pgettext_lazy("a day", "To")}

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.problem = ""
        for name in self.NAMES:
            if value := params.pop(name, [""])[-1].strip():
                self.used_parameters[name] = value

    def expected_parameters(self) -> list[str | None]:
        return list(self.NAMES)

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        try:
            since, until = (self._day(name) for name in self.NAMES)
        except ValidationError as error:
            self.problem = str(error.message)
            return queryset.none()
        if since:
            queryset = queryset.filter(at__gte=_midnight(since))
        return queryset.filter(at__lt=_midnight(until + timedelta(days=1))) if until else queryset

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """One, for the template: the fields as they were filled in; what is no day only its complaint can show."""
        days = [{"name": name, "label": label, "value": self._shown(name)} for name, label in self.NAMES.items()]
        yield {"days": days, "problem": self.problem, "classes": " ".join(INPUT_CLASSES)}

    def _shown(self, name: str) -> str:
        try:
            day = self._day(name)
        except ValidationError:
            return ""
        return day.isoformat() if day else ""

    def _day(self, name: str) -> date | None:
        value = str(self.used_parameters.get(name, ""))
        if not value:
            return None
        try:
            day = parse_date(value)
        except ValueError:
            day = None
        if day is None or not 2000 <= day.year < 2200:
            raise ValidationError(_("This is no day: %(value)s") % {"value": value})
        return day


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
