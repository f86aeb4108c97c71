"""Where the router may assign by itself: a policy of the deployment, kept like master data."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from dispatch import versions
from dispatch.models import AutomaticAssignment, RouterVersion


@admin.register(AutomaticAssignment)
class AutomaticAssignmentAdmin(ModelAdmin):
    """One line a category; it holds for all below it. Counts at once here and within a minute elsewhere."""

    list_display: ClassVar = ["category", "enabled", "threshold"]
    list_select_related: ClassVar = ["category"]
    autocomplete_fields: ClassVar = ["category"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        versions.forget()


@admin.register(RouterVersion)
class RouterVersionAdmin(ModelAdmin):
    """To look at; versions change by training, and by going back on the router's page."""

    list_display: ClassVar = ["version", "state", "trained_at", "closings", "promoted_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
