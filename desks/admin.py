"""For administrators: reply templates with a preview; the journal and the record of their own changes, read only."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin

from accounts.models import AdminRole
from accounts.strict import clean_text
from desks import journalsearch, recorded
from desks.backoffice.tools import holds
from desks.models import ReplyTemplate
from desks.wording import PLACEHOLDERS, sample, unknown_in
from journal.models import Entry
from petitions.lifecycle import MATTER
from petitions.models import Petition

COUNTED_UP_TO = 10_000


class ReplyTemplateForm(forms.ModelForm):
    """Only placeholders that can be filled in, so that no resident ever reads one in braces."""

    class Meta:
        model = ReplyTemplate
        fields: ClassVar = ["name", "text", "department", "position", "is_active"]
        labels: ClassVar = {"department": gettext_lazy("Unit")}
        help_texts: ClassVar = {
            "department": gettext_lazy("Empty: everybody’s."),
            "position": gettext_lazy("The lower stands first."),
        }

    def clean_text(self) -> str:
        """Name every placeholder that there is not."""
        try:
            text = clean_text(self.cleaned_data["text"], multiline=True)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        if wrong := unknown_in(text):
            known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            sentence = _("There is no placeholder “%(wrong)s”. These can be used: %(known)s")
            raise forms.ValidationError(sentence % {"wrong": "”, “".join(wrong), "known": known})
        return text


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(ModelAdmin):
    """Words to begin a reply with; how they come out is seen before they are saved."""

    form = ReplyTemplateForm
    list_display: ClassVar = ["name", "department", "position", "is_active"]
    list_filter: ClassVar = ["is_active"]
    list_select_related: ClassVar = ["department"]
    search_fields: ClassVar = ["name", "text"]
    autocomplete_fields: ClassVar = ["department"]
    change_form_after_template = "desks/backoffice/_template_preview.html"

    def get_urls(self) -> list[URLPattern]:
        """The preview beside the usual pages."""
        preview = path("preview/", self.admin_site.admin_view(self.preview), name="desks_replytemplate_preview")
        return [preview, *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The placeholders stand beside the form."""
        context = {**(extra_context or {}), "placeholders": PLACEHOLDERS}
        return super().changeform_view(request, object_id, form_url, context)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show what was typed with an invented matter; nothing is saved."""
        if not self.has_add_permission(request) and not self.has_change_permission(request):
            raise PermissionDenied
        form = ReplyTemplateForm(request.POST or None)
        errors = [] if form.is_valid() else [str(error) for error in form.errors.get("text", [])]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview: %(name)s") % {"name": request.POST.get("name", "")[:60]},
            "errors_of_text": errors,
            "filled": "" if errors else sample(request.POST.get("text", "")[:5000]),
        }
        page = "desks/backoffice/template_preview.html"
        return render(request, page, context, status=422 if errors else 200)


class CappedPaginator(Paginator):
    """Counts up to ten thousand and no further: the journal has millions of rows, and nobody pages that far."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows.order_by()[:COUNTED_UP_TO].values_list("pk", flat=True))


class ReadOnlyAdmin(ModelAdmin):
    """A record: read, never changed; for the auditor, who is none of those it tells of."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return holds(request.user, AdminRole.Kind.AUDITOR)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MatterFilter(admin.SimpleListFilter):
    """Kinds of matters in words."""

    title = gettext_lazy("matter")
    parameter_name = "matter_type"
    lookup_kwarg = parameter_name  # by these two it stays chosen when the form of the days is sent

    @property
    def lookup_val(self) -> list[str]:
        """What is chosen, as filters by a field have it."""
        return [self.value() or ""]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(recorded.MATTERS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset.filter(matter_type=self.value()) if self.value() else queryset


class EntryList(ChangeList):
    """The rows of one page, each with the address of its matter's page where that opens to the reader."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        recorded.give_pages(request.user, self.result_list)


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The journal: who did what when. Notes of restricted matters are not shown: accusations are nobody's reading."""

    list_display: ClassVar = ["when", "matter", "what", "who", "capacity", "states"]
    list_display_links: ClassVar = ["when"]
    list_filter: ClassVar = [journalsearch.DaysFilter, MatterFilter, "actor_kind"]
    list_filter_submit = True
    list_select_related: ClassVar = ["actor"]
    ordering: ClassVar = ["-id"]
    search_fields: ClassVar = ["=action"]
    search_help_text = gettext_lazy("A petition’s reference, what happened in words, or a person’s name.")
    fields: ClassVar = ["when", "matter", "what", "who", "capacity", "states", "note_shown", "facts", "seal"]
    readonly_fields: ClassVar = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return recorded.with_references(super().get_queryset(request).defer("actor__phone"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return EntryList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Entry | None:
        entry: Entry | None = super().get_object(request, object_id, from_field)
        if entry:
            recorded.give_pages(request.user, [entry])
        return entry

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """By reference, by what happened or by person, each by an index; nothing else is searched."""
        return journalsearch.found(queryset, search_term), False

    @admin.display(description=gettext_lazy("when"), ordering="id")
    def when(self, entry: Entry) -> str:
        return date_format(localtime(entry.at), "DATETIME_FORMAT")

    @admin.display(description=gettext_lazy("who"))
    def who(self, entry: Entry) -> str:
        return f"{entry.actor} ({entry.actor.username})" if entry.actor else "—"

    @admin.display(description=gettext_lazy("capacity"))
    def capacity(self, entry: Entry) -> str:
        return str(entry.get_actor_kind_display())

    @admin.display(description=gettext_lazy("from state to state"))
    def states(self, entry: Entry) -> str:
        return recorded.states(entry)

    @admin.display(description=gettext_lazy("facts"))
    def facts(self, entry: Entry) -> str:
        return json.dumps(entry.data, ensure_ascii=False, sort_keys=True)

    @admin.display(description=gettext_lazy("seal of the chain"))
    def seal(self, entry: Entry) -> str:
        return entry.digest

    @admin.display(description=gettext_lazy("matter"))
    def matter(self, entry: Entry) -> str:
        """By the name people use: to its page where the reader has one, else to all that happened to it."""
        history = urlencode({"matter_type": entry.matter_type, "matter_id": str(entry.matter_id)})
        to = getattr(entry, "page", "") or f"{reverse('admin:journal_entry_changelist')}?{history}"
        return format_html('<a class="text-link" href="{}">{}</a>', to, recorded.matter(entry))

    @admin.display(description=gettext_lazy("what happened"))
    def what(self, entry: Entry) -> str:
        return recorded.what(entry)

    @admin.display(description=gettext_lazy("note"))
    def note_shown(self, entry: Entry) -> str:
        restricted = Petition.objects.filter(pk=entry.matter_id, restricted=True)
        if entry.matter_type == MATTER and restricted.exists():
            return _("Not shown: restricted route.")
        return entry.note or "—"


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What administrators changed on these pages."""

    list_display: ClassVar = ["action_time", "user", "content_type", "object_repr", "action_flag", "get_change_message"]
    list_filter: ClassVar = ["action_flag"]
    list_select_related: ClassVar = ["user", "content_type"]
    ordering: ClassVar = ["-id"]
    search_fields: ClassVar = ["=user__username", "object_repr"]
