"""Stations for administrators: where they are, who runs them, what is asked of them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from directory import queries
from stations.models import OpeningHours, Quota, ReceptionRule, Standard, Station


class OpeningHoursInline(TabularInline):
    model = OpeningHours
    extra = 0


class StationMasterAdmin(ModelAdmin):
    """What is saved here counts at once in this process and within a minute in the others."""

    list_per_page = 50

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        queries.invalidate()


@admin.register(Station)
class StationAdmin(StationMasterAdmin):
    list_display: ClassVar = ["code", "name", "kind", "area", "officer", "head", "is_model", "is_active"]
    list_filter: ClassVar = ["kind", "is_model", "is_active"]
    list_select_related: ClassVar = ["area", "officer", "head"]
    search_fields: ClassVar = ["code", "name", "name_en", "address"]
    autocomplete_fields: ClassVar = ["area", "officer", "head", "deputies"]
    inlines: ClassVar = [OpeningHoursInline]


@admin.register(Standard)
class StandardAdmin(StationMasterAdmin):
    list_display: ClassVar = ["code", "kind", "title", "for_models_only", "needs_photo", "position", "is_active"]
    list_filter: ClassVar = ["kind", "for_models_only", "is_active"]
    search_fields: ClassVar = ["code", "title", "title_en"]


@admin.register(Quota)
class QuotaAdmin(StationMasterAdmin):
    list_display: ClassVar = ["subject", "station_kind", "per_year", "per_year_model"]
    list_filter: ClassVar = ["subject"]


@admin.register(ReceptionRule)
class ReceptionRuleAdmin(StationMasterAdmin):
    """One row; without it the defaults hold."""

    list_display: ClassVar = ["notice_days", "longest_series"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ReceptionRule.objects.exists()
