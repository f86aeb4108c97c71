"""Deputies for administrators."""

from typing import ClassVar

from django.contrib import admin
from unfold.admin import ModelAdmin

from deputies.models import Deputy


@admin.register(Deputy)
class DeputyAdmin(ModelAdmin):
    list_display: ClassVar = ["code", "name", "level", "term", "area", "is_active"]
    list_filter: ClassVar = ["level", "is_active"]
    list_select_related: ClassVar = ["area"]
    list_per_page = 50
    search_fields: ClassVar = ["code", "name", "name_en", "electoral_district"]
    autocomplete_fields: ClassVar = ["user", "area"]
