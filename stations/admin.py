"""Stations for administrators: where they are, who runs them, which deputies belong to them."""

from typing import ClassVar

from django.contrib import admin
from unfold.admin import ModelAdmin

from stations.models import Station


@admin.register(Station)
class StationAdmin(ModelAdmin):
    list_display: ClassVar = ["code", "name", "kind", "area", "officer", "head", "is_active"]
    list_filter: ClassVar = ["kind", "is_active"]
    list_select_related: ClassVar = ["area", "officer", "head"]
    list_per_page = 50
    search_fields: ClassVar = ["code", "name", "name_en", "address"]
    autocomplete_fields: ClassVar = ["area", "officer", "head", "deputies"]
