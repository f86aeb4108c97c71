"""Deputies for administrators: master data, and the rules by which duty is counted."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from common.uploads import BadUpload, clean
from deputies import actions
from deputies.actions import Worth
from deputies.models import Deputy, DeputyGroup, DutyPolicy, Rhythm, ScoringRule
from journal.refusals import Refused


class DeputyForm(forms.ModelForm):
    """The photo is made anew without metadata before it is kept (common.uploads)."""

    def clean_photo(self) -> Any:
        upload = self.cleaned_data.get("photo")
        if not isinstance(upload, UploadedFile):
            return upload
        try:
            safe = clean(upload.read(settings.ATTACHMENT_MAX_BYTES + 1), most_bytes=settings.ATTACHMENT_MAX_BYTES)
        except BadUpload as error:
            raise forms.ValidationError(str(error)) from None
        if not safe.content_type.startswith("image/"):
            raise forms.ValidationError(_("Choose a photo: JPEG, PNG or WebP."))
        return ContentFile(safe.data, name=f"{safe.digest}.{safe.extension}")


@admin.register(Deputy)
class DeputyAdmin(ModelAdmin):
    form = DeputyForm
    list_display: ClassVar = ["code", "name", "level", "term", "area", "profession", "is_active"]
    list_filter: ClassVar = ["level", "is_active"]
    list_select_related: ClassVar = ["area"]
    list_per_page = 50
    search_fields: ClassVar = ["code", "name", "name_en", "electoral_district"]
    autocomplete_fields: ClassVar = ["user", "area"]


@admin.register(DeputyGroup)
class DeputyGroupAdmin(ModelAdmin):
    list_display: ClassVar = ["code", "name", "kind", "profession", "area", "is_active"]
    list_filter: ClassVar = ["kind", "is_active"]
    list_select_related: ClassVar = ["area"]
    search_fields: ClassVar = ["code", "name", "name_en"]
    autocomplete_fields: ClassVar = ["area", "convener", "members"]


FIXED = ["item", "name", "name_en", "part", "points", "cap", "facts", "by_deputy", "by_officer", "valid_from"]


def save_rule(rule: ScoringRule, change: bool) -> ScoringRule:
    """Add the rule, or end it, through the actions. Raises CannotChangeRule for what would rewrite points."""
    if change:
        stored = ScoringRule.objects.get(pk=rule.pk)
        return actions.end_rule(rule=stored, valid_until=rule.valid_until) if rule.valid_until else stored
    worth = Worth(**{name: getattr(rule, name) for name in Worth.__dataclass_fields__})
    return actions.add_rule(worth=worth, valid_from=rule.valid_from)


class ScoringRuleForm(forms.ModelForm):
    """Tries what saving will do, so that a refusal stands beside its field."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            with transaction.atomic():
                save_rule(self.instance, self.instance.pk is not None)
                transaction.set_rollback(True)
        except Refused as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


@admin.register(ScoringRule)
class ScoringRuleAdmin(ModelAdmin):
    """A rule is added or ended, never changed: points once granted stay."""

    form = ScoringRuleForm
    list_display: ClassVar = ["item", "name", "part", "points", "cap", "valid_from", "valid_until"]
    list_filter: ClassVar = ["part"]
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return FIXED if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ScoringRule, form: Any, change: bool) -> None:
        """Through the actions; the form has tried it."""
        obj.pk = save_rule(obj, change).pk


@admin.register(Rhythm)
class RhythmAdmin(ModelAdmin):
    list_display: ClassVar = ["code", "name", "period", "times", "items", "is_active"]


@admin.register(DutyPolicy)
class DutyPolicyAdmin(ModelAdmin):
    list_display: ClassVar = ["urge_pause_wd", "claims_at_once", "appeal_wd", "remind_days", "show_rankings"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not DutyPolicy.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
